//! A request as handlers see it.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::http::{HeaderMap, Method, header};

use copilot_aws::queue::is_trace_id;
use copilot_channels::{Headers, IdempotencyKey};
use copilot_core::error::{Error, Fault};
use copilot_core::limits;
use copilot_core::ticket::ExpectedVersion;

use super::caller::Caller;

/// A request as it came through API Gateway.
///
/// It is read from the event itself and not through an `http::Uri`: API Gateway hands the path over
/// decoded, and a decoded path is often no valid URI.
#[derive(Debug)]
pub struct Request {
    route: String,
    method: Method,
    path: String,
    path_parameters: HashMap<String, String>,
    raw_query: String,
    headers: HeaderMap,
    body: Vec<u8>,
    trace_id: Option<String>,
    caller: Caller,
}

impl Headers for Request {
    fn header(&self, name: &str) -> Option<&str> {
        self.header(name)
    }
}

/// The parameters of a request's query, read one by one so that one answer can name every fault.
#[derive(Debug)]
pub struct Query {
    parameters: Vec<(String, String)>,
    faults: Vec<Fault>,
}

impl Request {
    /// `trace_id` is what [`trace_root`] makes of the trace header that Lambda gives.
    pub(super) fn read(
        event: ApiGatewayV2httpRequest,
        trace_id: Option<String>,
    ) -> Result<Self, Error> {
        let body = event.body.unwrap_or_default();
        let body = if event.is_base64_encoded {
            STANDARD
                .decode(body)
                .map_err(|_| Error::Malformed("The body is not valid base64.".into()))?
        } else {
            body.into_bytes()
        };
        Ok(Self {
            route: event.route_key.unwrap_or_default(),
            method: event.request_context.http.method,
            path: event.raw_path.unwrap_or_default(),
            path_parameters: event.path_parameters,
            raw_query: event.raw_query_string.unwrap_or_default(),
            headers: event.headers,
            body,
            trace_id,
            caller: Caller::of(event.request_context.authorizer.as_ref()),
        })
    }

    /// The path of the route as the template writes it, such as `/api/tickets/{ticket_id}`. A path
    /// cannot stand in for it: decoded, a ticket id may look like the end of another route.
    pub fn route_path(&self) -> &str {
        self.route.split_once(' ').map_or("", |(_, path)| path)
    }

    /// The method's name in upper case.
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// The path, decoded.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value of `{name}` in the route, decoded; empty when the route has none.
    pub fn path_parameter(&self, name: &str) -> &str {
        self.path_parameters.get(name).map_or("", String::as_str)
    }

    /// The first value of a header, if it is readable text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The bytes of the body, with API Gateway's base64 undone.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The bytes of a body that says it is JSON. One that says nothing is refused: a browser sends
    /// such a body to any site without asking that site first.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::UnsupportedMediaType`] or [`Error::UnsupportedContentCoding`].
    pub fn json_body(&self) -> Result<&[u8], Error> {
        self.body_of(&["application/json"])
    }

    /// The bytes of a body that says it is a JSON Merge Patch (RFC 7396, section 4) or plain JSON.
    ///
    /// # Errors
    /// As [`Request::json_body`].
    pub fn merge_patch_body(&self) -> Result<&[u8], Error> {
        self.body_of(&["application/merge-patch+json", "application/json"])
    }

    fn body_of(&self, media_types: &[&str]) -> Result<&[u8], Error> {
        if self.body.len() > limits::BODY_BYTES {
            return Err(Error::TooLarge);
        }
        let coding = self.header(header::CONTENT_ENCODING.as_str()).unwrap_or("identity").trim();
        if !coding.is_empty() && !coding.eq_ignore_ascii_case("identity") {
            return Err(Error::UnsupportedContentCoding);
        }
        let content_type = self.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if media_types.iter().any(|known| media_type.eq_ignore_ascii_case(known)) {
            Ok(&self.body)
        } else {
            Err(Error::UnsupportedMediaType)
        }
    }

    /// The query's parameters.
    pub fn query(&self) -> Query {
        let parameters = form_urlencoded::parse(self.raw_query.as_bytes()).into_owned().collect();
        Query { parameters, faults: Vec::new() }
    }

    /// Path and query of this request without one of its parameters, as a URI reference.
    pub fn address_without(&self, parameter: &str) -> String {
        let kept = form_urlencoded::parse(self.raw_query.as_bytes())
            .filter(|(name, _)| name != parameter)
            .collect::<Vec<_>>();
        if kept.is_empty() {
            return self.path.clone();
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
        format!("{}?{query}", self.path)
    }

    /// The X-Ray trace that the request belongs to, such as `1-5759e988-bd862e3fe1be46a994272793`.
    pub fn trace_id(&self) -> Option<&str> {
        self.trace_id.as_deref()
    }

    /// Who calls, if an authorizer has found out: the issuer and subject of a JWT, or the ARN of an
    /// IAM identity. It is personal data and must not reach a log; its hash does.
    pub fn caller(&self) -> Option<&str> {
        self.caller.name()
    }

    pub(super) fn authorized(&self) -> &Caller {
        &self.caller
    }

    /// The key with which the client marks a request that it may send again.
    ///
    /// # Errors
    /// [`Error::InvalidParameters`] when the header is no such key.
    pub fn idempotency_key(&self) -> Result<Option<IdempotencyKey>, Error> {
        const NAME: &str = "Idempotency-Key";
        self.parsed_header(
            NAME,
            "Must be 1 to 255 visible ASCII characters, quoted or not.",
            |text| IdempotencyKey::parse(text).ok(),
        )
    }

    /// The versions of the ticket that the client is ready to change.
    ///
    /// # Errors
    /// [`Error::InvalidParameters`] when `If-Match` is neither `*` nor a list of entity tags.
    pub fn expected_version(&self) -> Result<ExpectedVersion, Error> {
        const NAME: &str = "If-Match";
        let expected = r#"Must be the ETag of a ticket, such as "3" with its quotes, or *."#;
        let parsed =
            self.parsed_header(NAME, expected, |text| ExpectedVersion::parse(text).ok())?;
        Ok(parsed.unwrap_or(ExpectedVersion::Any))
    }

    fn parsed_header<T>(
        &self,
        name: &'static str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let mut values = self.headers.get_all(name).iter();
        let Some(value) = values.next() else { return Ok(None) };
        // API Gateway joins repeated headers with a comma; two here are a client without it.
        let parsed =
            if values.next().is_some() { None } else { value.to_str().ok().and_then(parse) };
        let fault = || Error::InvalidParameters(vec![Fault::in_header(name, expected)]);
        parsed.map(Some).ok_or_else(fault)
    }

    /// Refuses every method but `allowed`. API Gateway's routes do so too; this holds wherever a
    /// function is called without them.
    ///
    /// # Errors
    /// [`Error::MethodNotAllowed`].
    pub fn require_method(&self, allowed: &'static str) -> Result<(), Error> {
        let is_allowed = allowed.split(", ").any(|method| method == self.method());
        if is_allowed { Ok(()) } else { Err(Error::MethodNotAllowed { allowed }) }
    }
}

/// The `Root` of a trace header, `Root=1-5759e988-…;Parent=…;Sampled=1`, if it is one.
pub(super) fn trace_root(header: &str) -> Option<String> {
    let root = header.split(';').find_map(|part| part.trim().strip_prefix("Root="))?;
    is_trace_id(root).then(|| root.to_owned())
}

impl Query {
    /// Takes the parameter `name` out and reads it; `None` when it is absent, or is wrong and now a
    /// fault that says what is `expected`.
    pub fn take<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let mut values = self.parameters.extract_if(.., |(key, _)| key == name);
        let (_, value) = values.next()?;
        if values.next().is_some() {
            drop(values);
            return self.refuse(name, "Must be given once.");
        }
        drop(values);
        parse(&value).or_else(|| self.refuse(name, expected))
    }

    /// Takes the parameter `limit` out: how many entries of a list the client wants on a page.
    pub fn take_limit(&mut self, default: u32, maximum: u32) -> u32 {
        let expected = format!("Must be a whole number from 1 to {maximum}.");
        let limit = self.take("limit", &expected, |value| {
            value.parse().ok().filter(|limit| (1..=maximum).contains(limit))
        });
        limit.unwrap_or(default)
    }

    fn refuse<T>(&mut self, name: &str, detail: &str) -> Option<T> {
        self.faults.push(Fault::in_parameter(name, detail));
        None
    }

    /// Ends the reading: what was not taken is unknown.
    ///
    /// # Errors
    /// [`Error::InvalidParameters`] with the first [`limits::FAULTS_REPORTED`] faults, if any.
    pub fn finish(mut self) -> Result<(), Error> {
        for (name, _) in &self.parameters {
            self.faults.push(Fault::in_parameter(name, "Is not a known parameter."));
        }
        self.faults.truncate(limits::FAULTS_REPORTED);
        if self.faults.is_empty() { Ok(()) } else { Err(Error::InvalidParameters(self.faults)) }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::*;

    pub(in crate::http) fn request(overrides: &[(&str, Value)]) -> Request {
        let mut event = json!({
            "version": "2.0",
            "routeKey": "POST /x",
            "rawPath": "/x",
            "rawQueryString": "",
            "headers": {},
            "requestContext": {"http": {"method": "POST", "path": "/x"}, "stage": "$default"},
            "isBase64Encoded": false
        });
        for (name, value) in overrides {
            event[name] = value.clone();
        }
        Request::read(serde_json::from_value(event).unwrap(), None).unwrap()
    }

    #[test]
    fn base64_is_undone() {
        let encoded = request(&[("body", json!("eyJhIjoxfQ==")), ("isBase64Encoded", json!(true))]);
        assert_eq!(encoded.body(), b"{\"a\":1}");
        assert_eq!(request(&[("body", json!("{}"))]).body(), b"{}");
        assert_eq!(request(&[]).body(), b"");
    }

    #[test]
    fn a_decoded_path_never_breaks_the_reading() {
        for path in ["/api/tickets/a b", "/%", "/\u{0}", "//host?x#y", "/日本"] {
            request(&[("rawPath", json!(path)), ("headers", json!({"host": "in valid"}))]);
        }
    }

    #[test]
    fn only_json_is_taken() {
        let with_type = |value: &str| request(&[("headers", json!({"content-type": value}))]);
        assert!(matches!(request(&[]).json_body(), Err(Error::UnsupportedMediaType)));
        assert!(with_type("application/json").json_body().is_ok());
        assert!(with_type("Application/JSON; charset=utf-8").json_body().is_ok());
        let patch = with_type("application/merge-patch+json");
        assert!(patch.merge_patch_body().is_ok());
        assert!(with_type("application/json").merge_patch_body().is_ok());
        assert!(matches!(patch.json_body(), Err(Error::UnsupportedMediaType)));
        let other = with_type("application/json-patch+json");
        assert!(matches!(other.merge_patch_body(), Err(Error::UnsupportedMediaType)));
        for other in ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"] {
            assert!(
                matches!(with_type(other).json_body(), Err(Error::UnsupportedMediaType)),
                "{other:?}"
            );
        }
    }

    #[test]
    fn a_compressed_body_is_refused_by_its_coding() {
        let with_coding = |value: &str| {
            let headers = json!({"content-type": "application/json", "content-encoding": value});
            request(&[("headers", headers)])
        };
        for coding in ["gzip", "GZIP", "br", "deflate", "gzip, identity", "x-gzip"] {
            let refused = with_coding(coding);
            assert!(
                matches!(refused.json_body(), Err(Error::UnsupportedContentCoding)),
                "{coding}"
            );
        }
        for coding in ["identity", "Identity", ""] {
            assert!(with_coding(coding).json_body().is_ok(), "{coding}");
        }
    }

    #[test]
    fn the_query_names_every_fault() {
        let query = request(&[("rawQueryString", json!("limit=1&limit=2&a%20b=c&status=open"))]);
        let mut query = query.query();
        assert_eq!(query.take("limit", "", |_| Some(())), None);
        assert_eq!(
            query.take("status", "", |value| Some(value.to_owned())),
            Some("open".to_owned())
        );
        assert_eq!(query.take("cursor", "", |_| Some(())), None);
        let Err(Error::InvalidParameters(faults)) = query.finish() else {
            panic!("accepted");
        };
        assert_eq!(
            faults,
            [
                Fault::in_parameter("limit", "Must be given once."),
                Fault::in_parameter("a b", "Is not a known parameter.")
            ]
        );
    }

    #[test]
    fn a_header_given_twice_is_no_key() {
        let mut twice = request(&[("headers", json!({"idempotency-key": "a"}))]);
        assert!(twice.idempotency_key().unwrap().is_some());
        twice.headers.append("idempotency-key", "b".parse().unwrap());
        assert!(matches!(twice.idempotency_key(), Err(Error::InvalidParameters(_))));
        assert!(request(&[]).idempotency_key().unwrap().is_none());
    }

    #[test]
    fn the_trace_is_the_root() {
        let root = "1-5759e988-bd862e3fe1be46a994272793";
        let header = format!("Root={root};Parent=53995c3f42cd8ad8;Sampled=0");
        assert_eq!(trace_root(&header).as_deref(), Some(root));
        for other in ["Parent=4", "Root=1-2-3", &format!("Root={root}0"), &format!("Root=2{root}")]
        {
            assert_eq!(trace_root(other), None, "{other}");
        }
    }
}
