//! Builds the functions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::sync::OnceCell;

/// Why there are no functions to run.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("Cargo could not be run to build the functions: {0}")]
    NoCargo(#[source] std::io::Error),
    /// The functions of the workspace cannot be listed.
    #[error("The folder of functions cannot be read: {0}")]
    NoFunctions(#[source] std::io::Error),
    #[error("The functions could not be built; see Cargo's messages above.")]
    Failed,
    /// A crate has no binary of its own name.
    #[error("The crate {0} has no binary of the same name.")]
    NoBinary(String),
}

/// One line of Cargo's messages; the others have no `executable`.
#[derive(Deserialize)]
struct Message {
    executable: Option<PathBuf>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// What one run of Cargo is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Request {
    root: PathBuf,
    packages: BTreeSet<String>,
    release: bool,
}

/// Where each binary is, by its name.
type Executables = BTreeMap<String, PathBuf>;

/// What was built by this process.
static BUILT: Builds = Builds(Mutex::new(BTreeMap::new()));

/// Builds that are made once for each request, also when several ask at once.
struct Builds(Mutex<BTreeMap<Request, Arc<OnceCell<Executables>>>>);

impl Builds {
    /// A build that fails is made again for whoever asks next.
    async fn once(
        &self,
        request: Request,
        build: impl AsyncFnOnce(&Request) -> Result<Executables, BuildError>,
    ) -> Result<Executables, BuildError> {
        let cell = {
            let mut builds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(builds.entry(request.clone()).or_default())
        };
        cell.get_or_try_init(|| build(&request)).await.cloned()
    }
}

/// Builds `binaries`, each the only binary of the crate of its name, in the workspace at
/// `root`, and says where they are. Cargo's progress goes to standard error.
///
/// They are built on their own: in one command with the local stack they would get the features
/// that its crates ask for, and would not be what is deployed. All other functions of the workspace
/// are built with them: to Cargo another choice of crates is another choice of features, for which
/// it would build what they depend on once more.
///
/// Where [`workspace::BUILT_FUNCTIONS_VARIABLE`] is set, nothing is built. One process builds once: some
/// 90 stacks that its tests start share what it built.
///
/// # Errors
/// [`BuildError`].
pub async fn build(
    root: &Path,
    binaries: &[String],
    release: bool,
) -> Result<BTreeMap<String, PathBuf>, BuildError> {
    if let Some(folder) = std::env::var_os(workspace::BUILT_FUNCTIONS_VARIABLE).filter(|_| !release)
    {
        return built_in(Path::new(&folder), binaries);
    }
    let mut packages: BTreeSet<String> =
        workspace::functions(root).map_err(BuildError::NoFunctions)?.into_keys().collect();
    packages.extend(binaries.iter().cloned());
    let executables = BUILT.once(Request { root: root.to_owned(), packages, release }, run).await?;
    match binaries.iter().find(|binary| !executables.contains_key(*binary)) {
        Some(missing) => Err(BuildError::NoBinary(missing.clone())),
        None => Ok(executables),
    }
}

async fn run(Request { root, packages, release }: &Request) -> Result<Executables, BuildError> {
    let mut command = Command::from(workspace::cargo(root));
    command.args(["build", "--quiet", "--locked", "--message-format=json-render-diagnostics"]);
    if *release {
        command.arg("--release");
    }
    // Without the language model its runtime, which takes minutes to compile, is not built either:
    // it is the only default feature of the functions.
    if !root.join(workspace::LANGUAGE_MODEL).is_file() {
        command.arg("--no-default-features");
    }
    for package in packages {
        command.args(["--package", package]);
    }
    let mut process = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(BuildError::NoCargo)?;

    let mut executables = Executables::new();
    if let Some(output) = process.stdout.take() {
        let mut lines = BufReader::new(output).lines();
        while let Some(line) = lines.next_line().await.map_err(BuildError::NoCargo)? {
            let Ok(message) = serde_json::from_str::<Message>(&line) else { continue };
            if let (Some(executable), Some(target)) = (message.executable, message.target) {
                executables.insert(target.name, executable);
            }
        }
    }
    if process.wait().await.map_err(BuildError::NoCargo)?.success() {
        Ok(executables)
    } else {
        Err(BuildError::Failed)
    }
}

fn built_in(folder: &Path, binaries: &[String]) -> Result<BTreeMap<String, PathBuf>, BuildError> {
    let executable = |binary: &String| {
        let path = folder.join(binary);
        let found = path.is_file().then(|| (binary.clone(), path));
        found.ok_or_else(|| BuildError::NoBinary(binary.clone()))
    };
    binaries.iter().map(executable).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::future::join_all;

    use super::*;

    fn request(release: bool) -> Request {
        Request { root: PathBuf::from("/workspace"), packages: BTreeSet::new(), release }
    }

    #[tokio::test]
    async fn one_process_builds_once_also_when_many_ask_at_once() {
        let builds = Builds(Mutex::default());
        let runs = AtomicU32::new(0);
        let build = async |_: &Request| {
            runs.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Ok(Executables::new())
        };
        let asked = join_all((0..5).map(|_| builds.once(request(false), build))).await;
        assert!(asked.iter().all(Result::is_ok));
        assert_eq!(runs.load(Ordering::Relaxed), 1);
        builds.once(request(true), build).await.unwrap();
        assert_eq!(runs.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_failed_build_is_made_again() {
        let builds = Builds(Mutex::default());
        let failed = builds.once(request(false), async |_| Err(BuildError::Failed)).await;
        assert!(matches!(failed, Err(BuildError::Failed)));
        let built = builds.once(request(false), async |_| Ok(Executables::new())).await;
        assert!(built.is_ok());
    }

    #[test]
    fn functions_that_are_built_are_taken_from_their_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("create-ticket"), "").unwrap();
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let built = built_in(folder.path(), &names(&["create-ticket"])).unwrap();
        assert_eq!(built["create-ticket"], folder.path().join("create-ticket"));
        let missing = built_in(folder.path(), &names(&["create-ticket", "read-tickets"]));
        assert!(matches!(missing, Err(BuildError::NoBinary(name)) if name == "read-tickets"));
    }
}
