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
    /// Every source.
    pub const ALL: [Self; 6] =
        [Self::Web, Self::Email, Self::Chat, Self::Api, Self::Zendesk, Self::Intercom];

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

    /// Reads a name exactly as [`Source::name`] gives it.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_listed_under_its_wire_name() {
        for source in Source::ALL {
            assert_eq!(serde_json::to_value(source).unwrap(), source.name());
            assert_eq!(Source::parse(source.name()), Some(source));
        }
        assert_eq!(Source::parse("Web"), None);
    }
}
