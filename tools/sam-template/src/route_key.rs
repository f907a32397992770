//! The method and path of an `HttpApi` event.

/// The method that stands for every method.
const ANY: &str = "ANY";

/// The path that takes every request no other route takes.
const DEFAULT_PATH: &str = "$default";

/// Source: the methods an HTTP API of API Gateway routes.
const METHODS: [&str; 8] = ["GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "DELETE", ANY];

/// Why a route cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RouteKeyError {
    #[error("the event has a Path but no Method")]
    MethodMissing,
    #[error("the event has a Method but no Path")]
    PathMissing,
    #[error("`{0}` is not a method that an HTTP API routes")]
    UnknownMethod(String),
    #[error("the path `{0}` must begin with `/`")]
    NotAbsolute(String),
    #[error("in the path `{0}`, a parameter must be a whole segment such as `{{id}}`")]
    BrokenParameter(String),
    #[error("in the path `{0}`, a parameter such as `{{proxy+}}` must be the last segment")]
    GreedyNotLast(String),
}

impl RouteKeyError {
    /// The property of the event that is at fault.
    pub(super) fn property(&self) -> &'static str {
        match self {
            RouteKeyError::MethodMissing | RouteKeyError::UnknownMethod(_) => "Method",
            _ => "Path",
        }
    }
}

/// Reads the method in upper case and the path. An event with neither is the default route.
pub(super) fn read(
    method: Option<String>,
    path: Option<String>,
) -> Result<(String, String), RouteKeyError> {
    let (method, path) = match (method, path) {
        (None, None) => return Ok((ANY.to_owned(), DEFAULT_PATH.to_owned())),
        (None, Some(path)) if path == DEFAULT_PATH => return Ok((ANY.to_owned(), path)),
        (None, Some(_)) => return Err(RouteKeyError::MethodMissing),
        (Some(_), None) => return Err(RouteKeyError::PathMissing),
        (Some(method), Some(path)) => (method, path),
    };
    let upper_case = match method.as_str() {
        "*" => ANY.to_owned(),
        method => method.to_ascii_uppercase(),
    };
    if !METHODS.contains(&upper_case.as_str()) {
        return Err(RouteKeyError::UnknownMethod(method));
    }
    if path != DEFAULT_PATH {
        check_path(&path)?;
    }
    Ok((upper_case, path))
}

/// The path without the names of its parameters. Two routes with one method and one shape take the
/// same requests.
pub(super) fn shape(path: &str) -> String {
    path.split('/')
        .map(|segment| match parameter(segment) {
            Some(name) if name.ends_with('+') => "{+}",
            Some(_) => "{}",
            None => segment,
        })
        .collect::<Vec<_>>()
        .join("/")
}

fn check_path(path: &str) -> Result<(), RouteKeyError> {
    let Some(segments) = path.strip_prefix('/') else {
        return Err(RouteKeyError::NotAbsolute(path.to_owned()));
    };
    let mut segments = segments.split('/').peekable();
    while let Some(segment) = segments.next() {
        let name = parameter(segment);
        let is_greedy = name.is_some_and(|name| name.ends_with('+'));
        let plain = name.map_or(segment, |name| name.strip_suffix('+').unwrap_or(name));
        if plain.contains(['{', '}', '+']) || name.is_some() && plain.is_empty() {
            return Err(RouteKeyError::BrokenParameter(path.to_owned()));
        }
        if is_greedy && segments.peek().is_some() {
            return Err(RouteKeyError::GreedyNotLast(path.to_owned()));
        }
    }
    Ok(())
}

/// What stands between the braces of a segment that is a parameter.
fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(method: Option<&str>, path: Option<&str>) -> Result<(String, String), RouteKeyError> {
        read(method.map(str::to_owned), path.map(str::to_owned))
    }

    #[test]
    fn methods_are_upper_case_and_any_has_three_spellings() {
        for (written, expected) in [("get", "GET"), ("Any", "ANY"), ("*", "ANY"), ("PUT", "PUT")] {
            let (method, _) = route(Some(written), Some("/")).unwrap();
            assert_eq!(method, expected);
        }
    }

    #[test]
    fn an_empty_event_is_the_default_route() {
        let default = ("ANY".to_owned(), "$default".to_owned());
        assert_eq!(route(None, None), Ok(default.clone()));
        assert_eq!(route(None, Some("$default")), Ok(default.clone()));
        assert_eq!(route(Some("any"), Some("$default")), Ok(default));
    }

    #[test]
    fn broken_routes_are_refused() {
        for (method, path, expected) in [
            (None, Some("/a"), "has a Path but no Method"),
            (Some("GET"), None, "has a Method but no Path"),
            (Some("FETCH"), Some("/a"), "`FETCH` is not a method"),
            (Some("GET"), Some("a"), "must begin with `/`"),
            (Some("GET"), Some(""), "must begin with `/`"),
            (Some("GET"), Some("/a/{id"), "whole segment"),
            (Some("GET"), Some("/a/x{id}"), "whole segment"),
            (Some("GET"), Some("/a/{}"), "whole segment"),
            (Some("GET"), Some("/a/{+}"), "whole segment"),
            (Some("GET"), Some("/a/{p+}/b"), "must be the last segment"),
        ] {
            let message = route(method, path).unwrap_err().to_string();
            assert!(message.contains(expected), "{path:?} gave {message}");
        }
    }

    #[test]
    fn the_shape_forgets_parameter_names() {
        assert_eq!(shape("/a/{id}/b"), shape("/a/{ticket}/b"));
        assert_ne!(shape("/a/{id}"), shape("/a/{proxy+}"));
        assert_ne!(shape("/a/{id}"), shape("/a/id"));
    }
}
