//! The services that functions call. One more is one more variant here, and its server in
//! [`services`](super::services).

use std::ffi::OsStr;

use crate::options::Options;

/// A service that functions call: embedded here, unless the command line names another place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum BackingService {
    DynamoDb,
    Sqs,
}

/// What the command line says of a service.
pub(super) struct ServiceOptions<'a> {
    pub(super) endpoint: Option<&'a str>,
    pub(super) port: Option<u16>,
    /// The option that chooses the port, for an error to name.
    pub(super) port_option: &'static str,
}

impl BackingService {
    pub(super) const ALL: [Self; 2] = [Self::DynamoDb, Self::Sqs];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::DynamoDb => "DynamoDB",
            Self::Sqs => "SQS",
        }
    }

    /// Where the SDKs look for another endpoint than that of AWS.
    pub(super) fn endpoint_variable(self) -> &'static str {
        match self {
            Self::DynamoDb => "AWS_ENDPOINT_URL_DYNAMODB",
            Self::Sqs => "AWS_ENDPOINT_URL_SQS",
        }
    }

    /// Whether a file of this name in the data folder is one of a service's, or SQLite's beside it.
    pub(super) fn has_file(name: &OsStr) -> bool {
        let name = name.to_string_lossy();
        Self::ALL.iter().any(|service| name.starts_with(service.file()))
    }

    /// The file in the data folder that the embedded service keeps everything in.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb.sqlite",
            Self::Sqs => "sqs.sqlite",
        }
    }

    /// How far its port is from that of the API, unless the command line says otherwise.
    pub(super) fn port_offset(self) -> u16 {
        match self {
            Self::DynamoDb => 1,
            Self::Sqs => 2,
        }
    }

    pub(super) fn options(self, options: &Options) -> ServiceOptions<'_> {
        match self {
            Self::DynamoDb => ServiceOptions {
                endpoint: options.dynamodb_endpoint.as_deref(),
                port: options.dynamodb_port,
                port_option: "--dynamodb-port",
            },
            Self::Sqs => ServiceOptions {
                endpoint: options.sqs_endpoint.as_deref(),
                port: options.sqs_port,
                port_option: "--sqs-port",
            },
        }
    }
}
