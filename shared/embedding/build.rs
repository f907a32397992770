//! Puts the language model into the program if it has been fetched, and no other file in its place.

use std::path::Path;
use std::{env, fs, io};

use sha2::{Digest, Sha256};

/// Where `cargo xtask second-opinion` puts it.
const MODEL: &str = "model/all-minilm-l6-v2-int8.onnx";
/// What it must be: its SHA-256 in hexadecimal digits. The step that fetches it reads the same file.
const CHECKSUM: &str = include_str!("model/all-minilm-l6-v2-int8.onnx.sha256");

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    // A file that is not there counts as changed at every build, so its folder is watched.
    println!("cargo::rerun-if-changed=model");
    let folder = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let path = Path::new(&folder).join(MODEL);
    let code = if path.is_file() {
        // Known when it is built, so that no function computes it when it starts.
        let checksum: [u8; 32] = Sha256::digest(fs::read(&path)?).into();
        let path = path.display().to_string();
        let found: String = checksum.iter().map(|byte| format!("{byte:02x}")).collect();
        if found != CHECKSUM.trim() {
            return Err(io::Error::other(format!(
                "{path} is another language model: its SHA-256 is {found}, not {}. Remove it, or fetch \
                 the right one with `cargo xtask second-opinion`.",
                CHECKSUM.trim()
            )));
        }
        format!("Some(LanguageModel {{ bytes: include_bytes!({path:?}), checksum: {checksum:?} }})")
    } else {
        "None".to_owned()
    };
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("language_model.rs"), code)
}
