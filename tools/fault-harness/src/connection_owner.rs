//! The process at the other end of a connection on this machine, as Linux tells it under `/proc`.

use std::fs;
use std::net::SocketAddr;

use nix::unistd::Pid;

/// Column of `/proc/net/tcp` with the address of the socket itself (proc_net_tcp.rst of the kernel).
const LOCAL_ADDRESS: usize = 1;
/// Column with the address at its other end.
const REMOTE_ADDRESS: usize = 2;
/// Column with the number by which `/proc/<process>/fd` names the socket.
const INODE: usize = 9;
/// Field of `/proc/<process>/stat` with the parent, counted after the name in parentheses.
const PARENT: usize = 1;

/// A child process of this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its id.
    pub process: Pid,
    /// The name of its executable.
    pub program: String,
}

/// The child process that holds the connection from `client` to `server`. Nothing when the
/// connection is gone, belongs to somebody else, or the system is not Linux.
pub fn owner(client: SocketAddr, server: SocketAddr) -> Option<Owner> {
    let table = fs::read_to_string("/proc/net/tcp").ok()?;
    let socket = format!("socket:[{}]", inode(&table, client.port(), server.port())?);
    let process = children().find(|process| holds(*process, &socket))?;
    let executable = fs::read_link(format!("/proc/{process}/exe")).ok()?;
    Some(Owner { process, program: executable.file_name()?.to_str()?.to_owned() })
}

fn inode(table: &str, local_port: u16, remote_port: u16) -> Option<&str> {
    table.lines().skip(1).find_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let local = port(columns.get(LOCAL_ADDRESS)?)?;
        let remote = port(columns.get(REMOTE_ADDRESS)?)?;
        let inode = columns.get(INODE)?;
        // A socket that its process has closed has the number 0.
        ((local, remote) == (local_port, remote_port) && *inode != "0").then_some(*inode)
    })
}

/// The port of `0100007F:1F90`.
fn port(address: &str) -> Option<u16> {
    u16::from_str_radix(address.split_once(':')?.1, 16).ok()
}

fn children() -> impl Iterator<Item = Pid> {
    let own_id = Pid::this();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    processes.map(Pid::from_raw).filter(move |process| parent(*process) == Some(own_id))
}

fn parent(process: Pid) -> Option<Pid> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name may hold spaces and parentheses itself.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(PARENT)?.parse().ok().map(Pid::from_raw)
}

fn holds(process: Pid, socket: &str) -> bool {
    let descriptors = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    descriptors
        .filter_map(|descriptor| fs::read_link(descriptor.path()).ok())
        .any(|target| target.to_str() == Some(socket))
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_connection_is_known_by_both_its_ports() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
             \x20  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 11 1\n\
             \x20  1: 0100007F:9C40 0100007F:1F90 06 00000000:00000000 00:00000000 00000000  1000 0 0 1\n\
             \x20  2: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000 0 22 1\n\
             rubbish\n";
        assert_eq!(inode(table, 40_000, 8_080), Some("22"));
        assert_eq!(inode(table, 8_080, 40_000), None);
        assert_eq!(inode("", 1, 2), None);
    }

    #[test]
    fn only_a_child_is_found() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = listener.local_addr().unwrap();
        let own = TcpStream::connect(server).unwrap();
        assert_eq!(owner(own.local_addr().unwrap(), server), None);

        // A child that has inherited the connection as its standard input.
        let (client, socket) = (own.local_addr().unwrap(), std::os::fd::OwnedFd::from(own));
        let mut child = Command::new("sleep").arg("60").stdin(Stdio::from(socket)).spawn().unwrap();
        let found = owner(client, server);
        child.kill().unwrap();
        child.wait().unwrap();
        let found = found.unwrap();
        assert_eq!(found.process, Pid::from_raw(i32::try_from(child.id()).unwrap()));
        assert!(!found.program.is_empty());
    }
}
