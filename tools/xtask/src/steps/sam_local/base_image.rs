//! What stands in for the image of the Lambda runtime: the least that SAM CLI and a function need, made
//! of this machine's own files. A library that the real image may lack is not in it, so a function that
//! wants one fails here.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::find_program;

/// What SAM CLI calls the image of `provided.al2023`, but for the processor at its end.
const NAME: &str = "public.ecr.aws/lambda/provided:al2023";
/// SAM CLI puts AWS's Runtime Interface Emulator into the image with these.
const PROGRAMS: [&str; 3] = ["sh", "mv", "chmod"];
/// glibc's parts, and the unwinder of GCC. The real image has them too.
const LIBRARIES: [&str; 5] =
    ["libdl.so.2", "libgcc_s.so.1", "libm.so.6", "libpthread.so.0", "librt.so.1"];
/// Beside it lie the other libraries.
const C_LIBRARY: &str = "libc.so.6";
/// Folders that are there on Lambda, empty.
const FOLDERS: [&str; 3] = ["opt", "tmp", "var/task"];

/// The name of the image for this machine's processor.
pub fn name(architecture: &str) -> String {
    format!("{NAME}-{architecture}")
}

/// Lays the image's files out in `root`.
///
/// # Errors
/// A file is missing or cannot be copied.
pub fn lay_out(root: &Path) -> io::Result<()> {
    for folder in FOLDERS {
        fs::create_dir_all(root.join(folder))?;
    }
    fs::set_permissions(root.join("tmp"), fs::Permissions::from_mode(0o1777))?;
    let mut files = Vec::new();
    for name in PROGRAMS {
        let program = find_program(name).ok_or_else(|| missing(name))?;
        copy(&program, &root.join("bin").join(name))?;
        files.extend(libraries_of(&program)?);
    }
    let c_library = files.iter().find(|file| file.file_name() == Some(OsStr::new(C_LIBRARY)));
    let folder = c_library.and_then(|file| file.parent()).ok_or_else(|| missing(C_LIBRARY))?;
    let others = LIBRARIES.map(|name| folder.join(name));
    files.extend(others);
    for file in files {
        copy(&file, &root.join(file.strip_prefix("/").unwrap_or(&file)))?;
    }
    Ok(())
}

fn missing(name: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("{name} is missing"))
}

/// Follows links: the image holds files only.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let copied = fs::copy(from, to).map(|_| ());
    copied.map_err(|source| io::Error::new(source.kind(), format!("{}: {source}", from.display())))
}

/// The libraries of a program, the loader among them.
fn libraries_of(program: &Path) -> io::Result<Vec<PathBuf>> {
    let output = Command::new("ldd").arg(program).output()?;
    Ok(paths_in(&String::from_utf8_lossy(&output.stdout)))
}

fn paths_in(output: &str) -> Vec<PathBuf> {
    output.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_read_from_ldd() {
        let output = "\tlinux-vdso.so.1 (0x00007ffe7d3f2000)\n\
             \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f8d6a200000)\n\
             \t/lib64/ld-linux-x86-64.so.2 (0x00007f8d6a4b3000)\n";
        let expected = ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"];
        assert_eq!(paths_in(output), expected.map(PathBuf::from));
        assert_eq!(paths_in("\tnot a dynamic executable\n"), Vec::<PathBuf>::new());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_image_holds_files_only_and_runs_its_shell() {
        let root = tempfile::tempdir().unwrap();
        lay_out(root.path()).unwrap();
        let shell = fs::symlink_metadata(root.path().join("bin/sh")).unwrap();
        assert!(shell.is_file() && shell.permissions().mode() & 0o111 != 0);
        let libraries = libraries_of(Path::new("/bin/sh")).unwrap();
        assert!(!libraries.is_empty());
        for library in libraries {
            assert!(root.path().join(library.strip_prefix("/").unwrap()).is_file());
        }
    }
}
