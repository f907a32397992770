//! How tickets reach us.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a ticket reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A web form; the default.
    #[default]
    Web,
    /// An e-mail.
    Email,
    /// A chat.
    Chat,
    /// A program of the customer's.
    Api,
    /// A Zendesk account.
    Zendesk,
    /// An Intercom workspace.
    Intercom,
}

impl Source {
    /// Every source with its name.
    pub const ALL: [(&'static str, Self); 6] = [
        ("web", Self::Web),
        ("email", Self::Email),
        ("chat", Self::Chat),
        ("api", Self::Api),
        ("zendesk", Self::Zendesk),
        ("intercom", Self::Intercom),
    ];

    /// The sources that report changes through a webhook.
    pub const VENDORS: [Self; 2] = [Self::Zendesk, Self::Intercom];

    /// The name on the wire and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Email => "email",
            Self::Chat => "chat",
            Self::Api => "api",
            Self::Zendesk => "zendesk",
            Self::Intercom => "intercom",
        }
    }

    /// Reads a source's name exactly as listed in [`Source::ALL`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, source)| *source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_listed_under_its_wire_name() {
        for (name, source) in Source::ALL {
            assert_eq!(serde_json::to_value(source).unwrap(), name);
            assert_eq!(source.name(), name);
            assert_eq!(Source::parse(name), Some(source));
        }
        assert_eq!(Source::parse("Web"), None);
    }
}
