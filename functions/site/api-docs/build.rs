//! Takes the few files of Swagger UI that the page needs out of the archive that a crate ships, and
//! compresses them once, so that the binary stays small and the answers need no work.

use std::error::Error;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

/// The version in the archive of the crate `utoipa-swagger-ui-vendored`, whose folder it names.
const SWAGGER_UI_VERSION: &str = "5.32.6";

const FILES: [&str; 3] = ["swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let output = env::var("OUT_DIR")?;
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    let folder = format!("swagger-ui-{SWAGGER_UI_VERSION}");
    for file in FILES {
        let name = format!("{folder}/dist/{file}");
        let mut bytes = Vec::new();
        archive.by_name(&name)?.read_to_end(&mut bytes)?;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bytes)?;
        fs::write(Path::new(&output).join(format!("{file}.gz")), encoder.finish()?)?;
    }
    Ok(())
}
