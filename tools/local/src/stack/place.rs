//! Where things are: ports, services, folders.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::net::TcpListener;

use super::StackError;
use super::service::{BackingService, ServiceOptions};
use crate::access::AccessKey;
use crate::aws_json::Service;
use crate::options::Options;

/// Only its owner may look into the data folder.
const FOLDER_MODE: u32 = 0o700;

/// Where a service is.
pub(super) enum Place {
    /// In this process, behind this listener.
    Embedded { listener: TcpListener, endpoint: String },
    /// Behind this address, which takes any credentials.
    Emulator(String),
    /// Where the SDK finds it.
    Aws,
}

impl Place {
    /// The address that functions are given, unless they are to find AWS by themselves.
    pub(super) fn endpoint(&self) -> Option<&str> {
        match self {
            Self::Embedded { endpoint, .. } | Self::Emulator(endpoint) => Some(endpoint),
            Self::Aws => None,
        }
    }
}

/// Where each service is.
pub(super) struct Places(BTreeMap<BackingService, Place>);

impl Places {
    /// What the command line says, or for each service a listener beside the port of the API.
    pub(super) async fn choose(options: &Options) -> Result<Self, StackError> {
        let mut places = BTreeMap::new();
        for service in BackingService::ALL {
            let ServiceOptions { endpoint, port, port_option } = service.options(options);
            let place = match endpoint {
                Some("aws") => Place::Aws,
                Some(endpoint) => Place::Emulator(endpoint.trim_end_matches('/').to_owned()),
                None => {
                    let beside = match options.port {
                        0 => 0,
                        api => api.saturating_add(service.port_offset()),
                    };
                    let listener = listen(port.unwrap_or(beside), port_option).await?;
                    Place::Embedded { endpoint: address(&listener)?, listener }
                }
            };
            places.insert(service, place);
        }
        Ok(Self(places))
    }

    pub(super) fn any_on_aws(&self) -> bool {
        self.0.values().any(|place| matches!(place, Place::Aws))
    }

    pub(super) fn is_emulator(&self, service: BackingService) -> bool {
        matches!(self.0.get(&service), Some(Place::Emulator(_)))
    }

    /// The access key of this run, for everything but functions. Where DynamoDB is an emulator, it is the
    /// one that the tables of earlier runs are kept under.
    pub(super) fn access_key(&self) -> AccessKey {
        if self.is_emulator(BackingService::DynamoDb) {
            AccessKey::of_emulators()
        } else {
            AccessKey::draw()
        }
    }

    pub(super) fn addresses(
        &self,
        api: &TcpListener,
        key: &AccessKey,
    ) -> Result<Addresses, StackError> {
        let of = |service| self.0.get(&service)?.endpoint().map(str::to_owned);
        Ok(Addresses {
            api: address(api)?,
            dynamodb: of(BackingService::DynamoDb),
            sqs: of(BackingService::Sqs),
            access_key: key.as_str().to_owned(),
        })
    }
}

impl IntoIterator for Places {
    type Item = (BackingService, Place);
    type IntoIter = std::collections::btree_map::IntoIter<BackingService, Place>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Where the parts of a stack are, and the key to them.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// Such as `http://127.0.0.1:8000`.
    pub api: String,
    /// Nothing when it is AWS.
    pub dynamodb: Option<String>,
    /// Nothing when it is AWS.
    pub sqs: Option<String>,
    /// What DynamoDB and SQS are called with. The embedded ones refuse every other key but those of
    /// functions.
    pub access_key: String,
}

impl Addresses {
    /// A client for DynamoDB, or nothing when it is AWS.
    pub fn dynamodb_client(&self, region: &str) -> Option<Service> {
        let endpoint = self.dynamodb.as_deref()?;
        Some(Service::dynamodb(endpoint, region, &self.access_key))
    }

    /// A client for SQS, or nothing when it is AWS.
    pub fn sqs_client(&self, region: &str) -> Option<Service> {
        let endpoint = self.sqs.as_deref()?;
        Some(Service::sqs(endpoint, region, &self.access_key))
    }

    pub(super) fn of(&self, service: BackingService) -> Option<&str> {
        match service {
            BackingService::DynamoDb => self.dynamodb.as_deref(),
            BackingService::Sqs => self.sqs.as_deref(),
        }
    }
}

/// Listens on 127.0.0.1 only: without `--auth` there is no authorisation here.
pub(super) async fn listen(port: u16, option: &'static str) -> Result<TcpListener, StackError> {
    TcpListener::bind(("127.0.0.1", port)).await.map_err(|source| StackError::Port {
        port,
        option,
        source,
    })
}

fn address(listener: &TcpListener) -> Result<String, StackError> {
    let address = listener
        .local_addr()
        .map_err(|source| StackError::System { what: "tell the port of a listener", source })?;
    Ok(format!("http://{address}"))
}

/// The template, also when the command is run in a folder below it.
pub(super) fn find_template(name: &Path) -> Result<PathBuf, StackError> {
    let missing = || StackError::NoTemplate(name.display().to_string());
    let here = std::path::absolute(".")
        .map_err(|source| StackError::System { what: "tell the current folder", source })?;
    here.ancestors()
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
        .ok_or_else(missing)
}

/// Makes the folder, takes the lock on it, and empties it if asked to.
pub(super) fn open_data_folder(path: &Path, reset: bool) -> Result<(PathBuf, File), StackError> {
    let failed = |source| StackError::DataFolder { path: path.display().to_string(), source };
    let path = std::path::absolute(path).map_err(failed)?;
    fs::create_dir_all(&path).map_err(failed)?;
    // It holds what customers write.
    fs::set_permissions(&path, fs::Permissions::from_mode(FOLDER_MODE)).map_err(failed)?;
    let lock = File::create(path.join("lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(StackError::DataFolderInUse(path.display().to_string()));
        }
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    if reset {
        for entry in fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            // Only what this program makes is removed: the folder may have been named by mistake.
            if BackingService::has_file(&entry.file_name()) {
                fs::remove_file(entry.path()).map_err(failed)?;
            }
        }
    }
    Ok((path, lock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reset_removes_the_data_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["dynamodb.sqlite", "dynamodb.sqlite-wal", "sqs.sqlite", "thesis.doc"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let (_, lock) = open_data_folder(folder.path(), true).unwrap();
        let mut left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["lock", "thesis.doc"]);

        let second = open_data_folder(folder.path(), false);
        assert!(matches!(second, Err(StackError::DataFolderInUse(_))));
        drop(lock);
        assert!(open_data_folder(folder.path(), false).is_ok());
    }
}
