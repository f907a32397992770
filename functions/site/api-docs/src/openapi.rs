//! The OpenAPI document as it is served, under this function's version.

/// The document as JSON.
///
/// # Errors
/// When it cannot be written, which would be a defect of the document.
pub fn document() -> Result<String, serde_json::Error> {
    copilot_service::api::document().to_json()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document() {
        let document: serde_json::Value = serde_json::from_str(&document().unwrap()).unwrap();
        insta::assert_json_snapshot!(document);
    }
}
