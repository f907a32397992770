//! Picks the root certificates that AWS endpoints chain to out of Mozilla's list, so that a function
//! carries and loads 5 certificates and not 145.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Amazon Trust Services' roots and the older root that signs them across
/// (<https://www.amazontrust.com/repository/>).
const ROOTS: [&str; 5] = [
    "Amazon Root CA 1",
    "Amazon Root CA 2",
    "Amazon Root CA 3",
    "Amazon Root CA 4",
    "Starfield Services Root Certificate Authority - G2",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut pem = String::new();
    for name in ROOTS {
        // A root names itself as subject and issuer, so its name is in it twice.
        let mut found = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().filter(|certificate| {
            certificate.windows(name.len()).filter(|window| *window == name.as_bytes()).count() == 2
        });
        let (Some(root), None) = (found.next(), found.next()) else {
            return Err(format!("not exactly one root certificate is named {name:?}").into());
        };
        let base64 = STANDARD.encode(root);
        writeln!(pem, "-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----")?;
    }
    let folder = std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    std::fs::write(Path::new(&folder).join("aws-roots.pem"), pem)?;
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
