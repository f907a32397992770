//! The Docker engine that runs the containers. Root starts one for this step alone: it shares nothing
//! with an engine that runs already, leaves the machine's firewall and routing as they are, and goes
//! without a trace. Whoever is not root takes the engine of the machine.

use std::fs::{File, TryLockError};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::process::{self, Process, ProcessError};
use crate::project::{Project, find_program};

/// How long one installation may take.
const INSTALL_LIMIT: Duration = Duration::from_secs(10 * 60);
/// How long the engine may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long a command to the engine or to the system may take.
const COMMAND_LIMIT: Duration = Duration::from_secs(60);
/// How long the engine gives its containers to stop: less than a process here gets to stop in all.
const SHUTDOWN_LIMIT_SECONDS: &str = "5";
/// What is needed, and which package of Debian brings it.
const PROGRAMS: [(&str, &str); 3] =
    [("dockerd", "docker.io"), ("docker", "docker.io"), ("ip", "iproute2")];
/// The network between this machine and containers, as an engine names it unless told otherwise.
const MACHINES_BRIDGE: &str = "docker0";
/// The same for an engine that was started here.
const BRIDGE: &str = "copilot-sam";
/// This machine in that network.
const BRIDGE_ADDRESS: Ipv4Addr = Ipv4Addr::new(172, 29, 113, 1);
/// Room for 13 containers; there is one for each function at most.
const BRIDGE_PREFIX_LENGTH: u8 = 28;

/// Why no engine runs.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The system is not Linux.
    #[error("containers reach the local stack on Linux only")]
    NotLinux,
    /// The engine of the machine does not answer, and only root may start one.
    #[error("no Docker engine answers, and only root may start one: {0}")]
    NoneAnswers(#[source] ProcessError),
    /// The engine of the machine has no network that containers share with the machine.
    #[error("the network {MACHINES_BRIDGE} of the Docker engine has no address")]
    NoBridge,
    /// A program is missing and cannot be installed here.
    #[error("{0} is missing; Debian's package {1} brings it")]
    Missing(&'static str, &'static str),
    /// Another run of this step has the network.
    #[error("this step runs elsewhere on this machine; it can run once at a time")]
    Busy,
    /// The machine refused something.
    #[error("could not {action}: {source}")]
    System {
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A program failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
}

/// A running engine.
pub struct Engine {
    /// Where containers reach this machine.
    pub bridge_address: IpAddr,
    own: Option<OwnEngine>,
}

impl Engine {
    /// Finds an engine or, as root, installs and starts one.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn start(project: &Project) -> Result<Self, EngineError> {
        if !cfg!(target_os = "linux") {
            return Err(EngineError::NotLinux);
        }
        if nix::unistd::geteuid().is_root() {
            let own = OwnEngine::start(project).await?;
            return Ok(Self { bridge_address: BRIDGE_ADDRESS.into(), own: Some(own) });
        }
        let log = project.scratch.join("docker-version.log");
        let mut version = Command::new("docker");
        version.arg("version");
        let answers = process::run_quietly(version, &log, COMMAND_LIMIT).await;
        answers.map_err(EngineError::NoneAnswers)?;
        let mut show = Command::new("ip");
        show.args(["-oneline", "-4", "address", "show", "dev", MACHINES_BRIDGE]);
        let log = project.scratch.join("bridge.log");
        let addresses = process::run_for_output(show, &log, COMMAND_LIMIT).await?;
        let bridge_address = address_in(&addresses).ok_or(EngineError::NoBridge)?;
        Ok(Self { bridge_address: bridge_address.into(), own: None })
    }

    /// The engine that was started here, which has no images; nothing when it is that of the machine.
    pub fn own(&self) -> Option<&OwnEngine> {
        self.own.as_ref()
    }
}

/// An engine that was started here. When it is dropped, it stops with all its containers, and its images
/// go.
pub struct OwnEngine {
    // Fields are dropped in this order.
    _process: Process,
    _bridge: Bridge,
    folder: TempDir,
    _lock: File,
}

impl OwnEngine {
    async fn start(project: &Project) -> Result<Self, EngineError> {
        install(project).await?;
        let lock = lock()?;
        // Not below the project: the path of a socket may be 107 bytes long, no longer.
        let folder = tempfile::tempdir()
            .map_err(|source| EngineError::System { action: "make a folder", source })?;
        let bridge = Bridge::make(project).await?;
        let log = project.scratch.join("dockerd.log");
        let mut process = Process::start_in_background("dockerd", dockerd(folder.path())?, &log)?;
        let answers = async || {
            let answers = docker(folder.path()).arg("version").output();
            answers.is_ok_and(|output| output.status.success()).then_some(())
        };
        process.wait_until(START_LIMIT, answers).await?;
        Ok(Self { _process: process, _bridge: bridge, folder, _lock: lock })
    }

    /// Where the engine takes commands, as `DOCKER_HOST` names it.
    pub fn host(&self) -> String {
        host(self.folder.path())
    }

    /// Makes an image with the files of `folder`.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn import(
        &self,
        project: &Project,
        folder: &Path,
        image: &str,
    ) -> Result<(), EngineError> {
        let archive = self.folder.path().join("image.tar");
        let log = project.scratch.join("docker-import.log");
        let mut tar = Command::new("tar");
        tar.arg("--create").arg("--file").arg(&archive).arg("--directory").arg(folder).arg(".");
        process::run_quietly(tar, &log, COMMAND_LIMIT).await?;
        let mut import = docker(self.folder.path());
        import.arg("import").arg(&archive).arg(image);
        Ok(process::run_quietly(import, &log, COMMAND_LIMIT).await?)
    }
}

/// The first address in what `ip -oneline address` prints.
fn address_in(output: &str) -> Option<Ipv4Addr> {
    let mut words = output.split_whitespace().skip_while(|word| *word != "inet");
    words.nth(1)?.split('/').next()?.parse().ok()
}

async fn install(project: &Project) -> Result<(), EngineError> {
    let missing = || PROGRAMS.into_iter().filter(|(name, _)| find_program(name).is_none());
    let packages: Vec<&str> = missing().map(|(_, package)| package).collect();
    if !packages.is_empty() && find_program("apt-get").is_some() {
        println!("Installing {} …", packages.join(", "));
        let mut install = vec!["install", "--yes", "--no-install-recommends"];
        install.extend(packages);
        for arguments in [vec!["update"], install] {
            let mut command = Command::new("apt-get");
            command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
            let log = project.scratch.join("apt-docker.log");
            process::run_quietly(command, &log, INSTALL_LIMIT).await?;
        }
    }
    missing().next().map_or(Ok(()), |(name, package)| Err(EngineError::Missing(name, package)))
}

/// Held as long as the network is in use: whoever has it may remove what a killed run left.
fn lock() -> Result<File, EngineError> {
    let path = std::env::temp_dir().join("customer-support-copilot-sam-local.lock");
    let failed = |source| EngineError::System { action: "lock the network of containers", source };
    let file = File::create(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(EngineError::Busy),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn dockerd(folder: &Path) -> Result<Command, EngineError> {
    // The settings of the machine's own engine do not count.
    let settings = folder.join("daemon.json");
    std::fs::write(&settings, "{}")
        .map_err(|source| EngineError::System { action: "write the engine's settings", source })?;
    let mut command = Command::new("dockerd");
    command
        .args(["--host", &host(folder)])
        .arg("--config-file")
        .arg(settings)
        .arg("--data-root")
        .arg(folder.join("data"))
        .arg("--exec-root")
        .arg(folder.join("exec"))
        .arg("--pidfile")
        .arg(folder.join("docker.pid"))
        .args(["--bridge", BRIDGE, "--shutdown-timeout", SHUTDOWN_LIMIT_SECONDS])
        .args(["--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"]);
    Ok(command)
}

fn docker(folder: &Path) -> Command {
    let mut command = Command::new("docker");
    command.args(["--host", &host(folder)]);
    command
}

fn host(folder: &Path) -> String {
    let socket: PathBuf = folder.join("docker.sock");
    format!("unix://{}", socket.display())
}

/// The network; it is removed when this is dropped.
struct Bridge;

impl Bridge {
    async fn make(project: &Project) -> Result<Self, EngineError> {
        Self::remove();
        let log = project.scratch.join("bridge.log");
        let address = format!("{BRIDGE_ADDRESS}/{BRIDGE_PREFIX_LENGTH}");
        let mut add = Command::new("ip");
        add.args(["link", "add", "name", BRIDGE, "type", "bridge"]);
        process::run_quietly(add, &log, COMMAND_LIMIT).await?;
        let bridge = Self;
        for arguments in
            [["address", "add", &address, "dev", BRIDGE], ["link", "set", "dev", BRIDGE, "up"]]
        {
            let mut command = Command::new("ip");
            command.args(arguments);
            process::run_quietly(command, &log, COMMAND_LIMIT).await?;
        }
        Ok(bridge)
    }

    fn remove() {
        let mut command = Command::new("ip");
        command.args(["link", "delete", "dev", BRIDGE]).stdout(Stdio::null()).stderr(Stdio::null());
        // A failure means that there is none.
        let _ = command.status();
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        Self::remove();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_network_is_read() {
        let output = "7: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0\\ \
             valid_lft forever preferred_lft forever\n";
        assert_eq!(address_in(output), Some(Ipv4Addr::new(172, 17, 0, 1)));
        for output in ["", "7: docker0 inet", "7: docker0 inet6 fe80::1/64 scope link"] {
            assert_eq!(address_in(output), None, "{output}");
        }
    }
}
