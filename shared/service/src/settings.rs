//! What a function is told through its environment. Everything that is missing or wrong is named in one
//! error, so that a deployment is repaired in one step.

use std::fmt;
use std::str::FromStr;

use copilot_aws::connection::Connection;
use copilot_aws::queue::Queue;
use copilot_aws::secret::WebhookSecret;
use copilot_aws::store::Store;
use copilot_channels::signature::Verification;
use copilot_core::stack_key::StackKey;
use copilot_core::ticket::Source;

use crate::form_token::FormTokens;
use crate::http::Access;
use crate::origin_secret::OriginSecret;
use crate::telemetry;

/// The environment of a function, and its connection to AWS.
pub struct Settings<Lookup> {
    lookup: Lookup,
    connection: Connection,
}

/// Variables that are missing or wrong. Names no value: one may be a secret.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct InvalidSettings(Vec<String>);

impl std::error::Error for InvalidSettings {}

impl fmt::Display for InvalidSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("; "))
    }
}

/// Both settings, or the faults of both.
///
/// # Errors
/// [`InvalidSettings`] when either is wrong.
pub fn both<One, Other>(
    one: Result<One, InvalidSettings>,
    other: Result<Other, InvalidSettings>,
) -> Result<(One, Other), InvalidSettings> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (one, other) => {
            let faults = [one.err(), other.err()].into_iter().flatten();
            let mut names: Vec<String> = Vec::new();
            for fault in faults.flat_map(|faults| faults.0) {
                if !names.contains(&fault) {
                    names.push(fault);
                }
            }
            Err(InvalidSettings(names))
        }
    }
}

impl<Lookup: Fn(&str) -> Option<String> + Clone + 'static> Settings<Lookup> {
    /// The settings that `lookup` finds by their names. Logging starts here.
    ///
    /// # Errors
    /// That the root certificates for connections to AWS cannot be read.
    pub fn read(lookup: Lookup) -> Result<Self, lambda_http::Error> {
        telemetry::init(&lookup);
        let connection = Connection::new(lookup.clone())?;
        Ok(Self { lookup, connection })
    }

    /// The connection to AWS.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The store of tickets.
    ///
    /// # Errors
    /// [`InvalidSettings`] for `TABLE_NAME`, `LIST_SHARDS`, `STACK_KEY` or `STORE_PAYMENT_NUMBERS`, which
    /// may be missing. Whatever writes a ticket writes its list keys and ids too, so these are needed even
    /// where nothing is listed or made.
    pub fn store(&self) -> Result<Store, InvalidSettings> {
        let place = both(self.text("TABLE_NAME"), self.parsed("LIST_SHARDS"));
        let ((table, shards), key) = both(place, self.stack_key())?;
        let payment_numbers = self.parsed_if_given("STORE_PAYMENT_NUMBERS")?.unwrap_or_default();
        Ok(Store::new(&self.connection, table, shards, key, payment_numbers))
    }

    /// The queue of AI work.
    ///
    /// # Errors
    /// [`InvalidSettings`] for `QUEUE_URL`.
    pub fn queue(&self) -> Result<Queue, InvalidSettings> {
        Ok(Queue::new(&self.connection, self.text("QUEUE_URL")?))
    }

    /// The secret of this deployment.
    ///
    /// # Errors
    /// [`InvalidSettings`] for `STACK_KEY`.
    pub fn stack_key(&self) -> Result<StackKey, InvalidSettings> {
        self.parsed("STACK_KEY")
    }

    /// The secret of the webhook that `source` calls: the one named by `WEBHOOK_SECRET_ARN` or, on a
    /// local stack, the text in `<SOURCE>_WEBHOOK_SECRET` and, during a rotation, the one in
    /// `<SOURCE>_WEBHOOK_SECRET_PREVIOUS`. A function without one refuses everything, unless
    /// `ALLOW_UNSIGNED_WEBHOOKS` is `true`.
    pub fn secret(&self, source: Source) -> WebhookSecret {
        let local = || {
            let name = format!("{}_WEBHOOK_SECRET", source.name().to_uppercase());
            let allows_unsigned =
                self.optional("ALLOW_UNSIGNED_WEBHOOKS").is_some_and(|value| value == "true");
            let previous = self.optional(&format!("{name}_PREVIOUS"));
            Verification::choose(self.optional(&name), previous, allows_unsigned)
        };
        WebhookSecret::new(&self.connection, self.optional("WEBHOOK_SECRET_ARN"), local)
    }

    /// What a form needs before it may create a ticket: tokens, unless `FORM_TOKEN` is `off` or missing.
    ///
    /// # Errors
    /// [`InvalidSettings`] for `STACK_KEY`.
    pub fn form_tokens(&self) -> Result<Option<FormTokens>, InvalidSettings> {
        let is_on = self.optional("FORM_TOKEN").is_some_and(|value| value != "off");
        is_on.then(|| self.stack_key().map(FormTokens::new)).transpose()
    }

    /// What a stranger's create must bring from an edge in front of the API: `ORIGIN_SECRET`, or nothing
    /// where it is missing or empty.
    ///
    /// # Errors
    /// [`InvalidSettings`] for `STACK_KEY`.
    pub fn origin_secret(&self) -> Result<Option<OriginSecret>, InvalidSettings> {
        let given = self.optional("ORIGIN_SECRET").filter(|secret| !secret.is_empty());
        given.map(|secret| self.stack_key().map(|key| OriginSecret::new(key, &secret))).transpose()
    }

    /// What callers may do: whether tokens need scopes (`REQUIRE_SCOPES`, unless it is `false` they do),
    /// which claim names them (`SCOPE_CLAIM`) and what stands before each (`SCOPE_PREFIX`).
    pub fn access(&self) -> Access {
        let is_required = self.optional("REQUIRE_SCOPES").is_none_or(|value| value != "false");
        Access::new(is_required, self.optional("SCOPE_CLAIM"), self.optional("SCOPE_PREFIX"))
    }

    /// The variable `name`, read by its own type.
    ///
    /// # Errors
    /// [`InvalidSettings`] when it is missing or wrong.
    pub fn parsed<T: FromStr<Err: fmt::Display>>(&self, name: &str) -> Result<T, InvalidSettings> {
        self.parsed_by(name, T::from_str)
    }

    /// The variable `name`, read by its own type; nothing when it is missing or empty.
    ///
    /// # Errors
    /// [`InvalidSettings`] when it is wrong.
    pub fn parsed_if_given<T: FromStr<Err: fmt::Display>>(
        &self,
        name: &str,
    ) -> Result<Option<T>, InvalidSettings> {
        match self.optional(name).is_some_and(|value| !value.is_empty()) {
            true => self.parsed(name).map(Some),
            false => Ok(None),
        }
    }

    /// The variable `name`, read by `parse`.
    ///
    /// # Errors
    /// [`InvalidSettings`] when it is missing or wrong.
    pub fn parsed_by<T, Fault: fmt::Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Result<T, InvalidSettings> {
        parse(&self.text(name)?)
            .map_err(|fault| InvalidSettings(vec![format!("{name} is wrong: {fault}")]))
    }

    /// The variable `name` as it is.
    ///
    /// # Errors
    /// [`InvalidSettings`] when it is missing.
    pub fn text(&self, name: &str) -> Result<String, InvalidSettings> {
        self.optional(name).ok_or_else(|| InvalidSettings(vec![format!("{name} is not set")]))
    }

    fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_error_names_everything_that_is_missing_or_wrong() {
        let settings = Settings::read(|name| match name {
            "AWS_REGION" => Some("eu-central-1".to_owned()),
            "LIST_SHARDS" => Some("many".to_owned()),
            _ => None,
        });
        let settings = settings.unwrap();
        let days = settings.parsed::<u16>("CLOSE_RESOLVED_AFTER_DAYS");
        let fault = both(both(settings.store(), settings.queue()), days).err().unwrap().to_string();
        assert!(fault.starts_with("TABLE_NAME is not set; LIST_SHARDS is wrong: "), "{fault}");
        assert!(fault.ends_with(
            "; STACK_KEY is not set; QUEUE_URL is not set; CLOSE_RESOLVED_AFTER_DAYS is not set"
        ));
        assert!(!fault.contains("many"), "{fault}");
    }

    #[test]
    fn what_may_be_missing_may_be_empty_but_not_wrong() {
        let settings = Settings::read(|name| match name {
            "AWS_REGION" => Some("eu-central-1".to_owned()),
            "TABLE_NAME" => Some("tickets".to_owned()),
            "LIST_SHARDS" => Some("4".to_owned()),
            "STACK_KEY" => Some("{{resolve:secretsmanager:StackSecret}}".to_owned()),
            "EMPTY" => Some(String::new()),
            "WRONG" => Some("maybe".to_owned()),
            _ => None,
        });
        let settings = settings.unwrap();
        for name in ["EMPTY", "MISSING"] {
            assert_eq!(settings.parsed_if_given::<u16>(name), Ok(None));
        }
        assert!(settings.parsed_if_given::<u16>("WRONG").is_err());
        let fault = settings.store().err().unwrap().to_string();
        assert_eq!(
            fault,
            "STACK_KEY is wrong: it is a reference to a secret that nothing has resolved"
        );
    }
}
