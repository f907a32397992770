//! Which route a request takes.
//!
//! API Gateway prefers a full match of method and path, then a match by a greedy path variable,
//! then `$default`. Within that the more specific path wins, compared segment by segment from the
//! left: static, then `{variable}`, then `{greedy+}`. Of two routes with equally specific paths the
//! one with the request's own method beats `ANY`.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use http::Method;

use super::event::{InvalidEncoding, decode_path};

/// Method of a route that takes every method not routed otherwise.
const ANY_METHOD: &str = "ANY";

/// Path of the route for requests that no other route takes.
const DEFAULT_PATH: &str = "$default";

/// A way from a method and path to a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// HTTP method in upper case, or `ANY`. Without meaning for `$default`.
    pub method: String,
    /// `/a/{id}`, `/a/{proxy+}` or `$default`. A slash at the end counts.
    pub path: String,
    /// Name of the function.
    pub function: String,
    /// Whether an authorizer, if there is one, must know who calls.
    pub requires_caller: bool,
}

impl Route {
    /// The route key as API Gateway writes it: `POST /a/{id}` or `$default`.
    pub(super) fn key(&self) -> String {
        if self.path == DEFAULT_PATH {
            DEFAULT_PATH.to_owned()
        } else {
            format!("{} {}", self.method, self.path)
        }
    }
}

/// Why a set of routes cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// The method is not an upper case HTTP method.
    #[error("route {route}: the method is neither an upper case HTTP method nor ANY")]
    InvalidMethod {
        /// Key of the route.
        route: String,
    },
    /// The path does not start with a slash, or has a wrong or repeated variable,
    /// or one after a greedy variable.
    #[error("route {route}: the path is not valid")]
    InvalidPath {
        /// Key of the route.
        route: String,
    },
    #[error("route {route} is there twice")]
    Duplicate {
        /// Key of the second route.
        route: String,
    },
    #[error("route {route} leads to function {function}, which does not exist")]
    UnknownFunction {
        /// Key of the route.
        route: String,
        function: String,
    },
}

/// The route a request takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RouteMatch {
    pub(super) route_key: String,
    pub(super) function: String,
    pub(super) requires_caller: bool,
    /// Decoded values of the path variables.
    pub(super) path_parameters: BTreeMap<String, String>,
}

pub(super) struct Router {
    /// The preferred ones first.
    routes: Vec<ParsedRoute>,
    default: Option<DefaultRoute>,
}

struct DefaultRoute {
    function: String,
    requires_caller: bool,
}

struct ParsedRoute {
    key: String,
    function: String,
    requires_caller: bool,
    /// `None` for `ANY`.
    method: Option<Method>,
    pattern: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Segment {
    Static(String),
    Variable(String),
    Greedy(String),
}

impl Router {
    pub(super) fn new(routes: Vec<Route>) -> Result<Self, RouteError> {
        let mut parsed = Vec::new();
        let mut default = None;
        let mut seen = HashSet::new();
        for route in routes {
            let key = route.key();
            if route.path == DEFAULT_PATH {
                let Route { function, requires_caller, .. } = route;
                if default.replace(DefaultRoute { function, requires_caller }).is_some() {
                    return Err(RouteError::Duplicate { route: key });
                }
                continue;
            }
            let route = parse_route(route)?;
            if !seen.insert((route.method.clone(), shape(&route.pattern))) {
                return Err(RouteError::Duplicate { route: key });
            }
            parsed.push(route);
        }
        parsed.sort_by_key(|route| {
            let ranks: Vec<u8> = route.pattern.iter().map(rank).collect();
            (ranks, Reverse(route.method.is_some()))
        });
        Ok(Self { routes: parsed, default })
    }

    /// Finds the route for a method and a percent-encoded path. An encoded slash
    /// does not separate segments.
    pub(super) fn find(
        &self,
        method: &Method,
        path: &str,
    ) -> Result<Option<RouteMatch>, InvalidEncoding> {
        let segments: Vec<String> = segments(path).map(decode_path).collect::<Result<_, _>>()?;
        for route in &self.routes {
            if route.method.as_ref().is_some_and(|own| own != method) {
                continue;
            }
            if let Some(path_parameters) = matched(&route.pattern, &segments) {
                return Ok(Some(RouteMatch {
                    route_key: route.key.clone(),
                    function: route.function.clone(),
                    requires_caller: route.requires_caller,
                    path_parameters,
                }));
            }
        }
        Ok(self.default.as_ref().map(|route| RouteMatch {
            route_key: DEFAULT_PATH.to_owned(),
            function: route.function.clone(),
            requires_caller: route.requires_caller,
            path_parameters: BTreeMap::new(),
        }))
    }
}

/// `/a/b` is `a` and `b`; `/a/` is `a` and an empty segment.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

fn parse_route(route: Route) -> Result<ParsedRoute, RouteError> {
    let key = route.key();
    let method = if route.method == ANY_METHOD {
        None
    } else {
        let method = Method::from_bytes(route.method.as_bytes());
        match method {
            Ok(method) if !route.method.contains(|c: char| c.is_ascii_lowercase()) => Some(method),
            _ => return Err(RouteError::InvalidMethod { route: key }),
        }
    };
    let Some(pattern) = parse_pattern(&route.path) else {
        return Err(RouteError::InvalidPath { route: key });
    };
    let Route { function, requires_caller, .. } = route;
    Ok(ParsedRoute { key, function, requires_caller, method, pattern })
}

fn parse_pattern(path: &str) -> Option<Vec<Segment>> {
    if !path.starts_with('/') {
        return None;
    }
    let pattern: Vec<Segment> = segments(path).map(parse_segment).collect::<Option<_>>()?;
    let (_, before_last) = pattern.split_last()?;
    let greedy_before_last =
        before_last.iter().any(|segment| matches!(segment, Segment::Greedy(_)));
    let mut names = HashSet::new();
    let repeated = pattern.iter().any(|segment| match segment {
        Segment::Static(_) => false,
        Segment::Variable(name) | Segment::Greedy(name) => !names.insert(name),
    });
    (!greedy_before_last && !repeated).then_some(pattern)
}

fn parse_segment(segment: &str) -> Option<Segment> {
    let Some(variable) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return (!segment.contains(['{', '}', '?', '#']))
            .then(|| Segment::Static(segment.to_owned()));
    };
    let name = variable.strip_suffix('+').unwrap_or(variable);
    let valid = !name.is_empty()
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "._-:".contains(character));
    if !valid {
        return None;
    }
    Some(if variable.ends_with('+') {
        Segment::Greedy(name.to_owned())
    } else {
        Segment::Variable(name.to_owned())
    })
}

fn rank(segment: &Segment) -> u8 {
    match segment {
        Segment::Static(_) => 0,
        Segment::Variable(_) => 1,
        Segment::Greedy(_) => 2,
    }
}

/// The pattern without the names of its variables: two routes of one shape take the same requests.
fn shape(pattern: &[Segment]) -> Vec<Segment> {
    pattern
        .iter()
        .map(|segment| match segment {
            Segment::Static(text) => Segment::Static(text.clone()),
            Segment::Variable(_) => Segment::Variable(String::new()),
            Segment::Greedy(_) => Segment::Greedy(String::new()),
        })
        .collect()
}

/// The path variables if the whole path fits the pattern.
fn matched(pattern: &[Segment], segments: &[String]) -> Option<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    let mut rest = segments;
    for segment in pattern {
        let (first, after) = rest.split_first()?;
        match segment {
            Segment::Static(text) if text == first => rest = after,
            Segment::Static(_) => return None,
            Segment::Variable(_) if first.is_empty() => return None,
            Segment::Variable(name) => {
                parameters.insert(name.clone(), first.clone());
                rest = after;
            }
            Segment::Greedy(name) => {
                let value = rest.join("/");
                // `/a/{proxy+}` takes `/a/`, but `/{proxy+}` does not take `/`.
                if value.is_empty() && pattern.len() == 1 {
                    return None;
                }
                parameters.insert(name.clone(), value);
                rest = &[];
            }
        }
    }
    rest.is_empty().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn route(key: &str) -> Route {
        let (method, path) = key.split_once(' ').unwrap_or((ANY_METHOD, key));
        Route {
            method: method.to_owned(),
            path: path.to_owned(),
            function: "f".to_owned(),
            requires_caller: false,
        }
    }

    fn router(keys: &[&str]) -> Result<Router, RouteError> {
        Router::new(keys.iter().map(|key| route(key)).collect())
    }

    fn found(router: &Router, method: &str, path: &str) -> Option<RouteMatch> {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        router.find(&method, path).unwrap()
    }

    fn key(router: &Router, method: &str, path: &str) -> String {
        found(router, method, path).map_or_else(|| "none".to_owned(), |found| found.route_key)
    }

    #[test]
    fn the_most_specific_route_is_taken_in_any_order_of_definition() {
        let keys = [
            "$default",
            "ANY /{proxy+}",
            "GET /pets/{proxy+}",
            "GET /pets/dog/{id}",
            "GET /pets/dog/1",
        ];
        for keys in [keys.to_vec(), keys.iter().rev().copied().collect()] {
            let router = router(&keys).unwrap();
            assert_eq!(key(&router, "GET", "/pets/dog/1"), "GET /pets/dog/1");
            assert_eq!(key(&router, "GET", "/pets/dog/2"), "GET /pets/dog/{id}");
            assert_eq!(key(&router, "GET", "/pets/cat/1"), "GET /pets/{proxy+}");
            assert_eq!(key(&router, "POST", "/pets/dog/1"), "ANY /{proxy+}");
            assert_eq!(key(&router, "GET", "/"), "$default");
        }
    }

    #[test]
    fn the_own_method_beats_any_on_the_same_path() {
        let router = router(&["ANY /a/{id}", "GET /a/{id}"]).unwrap();
        assert_eq!(key(&router, "GET", "/a/1"), "GET /a/{id}");
        assert_eq!(key(&router, "PUT", "/a/1"), "ANY /a/{id}");
    }

    #[test]
    fn a_slash_at_the_end_makes_another_path() {
        let both = router(&["GET /a", "POST /a/"]).unwrap();
        assert_eq!(key(&both, "GET", "/a"), "GET /a");
        assert_eq!(key(&both, "GET", "/a/"), "none");
        assert_eq!(key(&both, "POST", "/a/"), "POST /a/");
        let variable = router(&["GET /a/{id}"]).unwrap();
        assert_eq!(key(&variable, "GET", "/a/"), "none");
        assert_eq!(key(&variable, "GET", "/a/1/"), "none");
    }

    #[test]
    fn head_needs_a_route_of_its_own_or_any() {
        let get = router(&["GET /a"]).unwrap();
        assert_eq!(key(&get, "HEAD", "/a"), "none");
        let any = router(&["ANY /a"]).unwrap();
        assert_eq!(key(&any, "HEAD", "/a"), "ANY /a");
    }

    #[test]
    fn variables_are_decoded_and_an_encoded_slash_stays_in_its_segment() {
        let router = router(&["GET /a/{id}/b", "GET /files/{path+}"]).unwrap();
        let matched = found(&router, "GET", "/a/x%2Fy%20z/b").unwrap();
        assert_eq!(matched.path_parameters["id"], "x/y z");
        let matched = found(&router, "GET", "/files/x/y%3F/z").unwrap();
        assert_eq!(matched.path_parameters["path"], "x/y?/z");
        let matched = found(&router, "GET", "/files/").unwrap();
        assert_eq!(matched.path_parameters["path"], "");
    }

    #[test]
    fn static_segments_match_decoded() {
        let router = router(&["GET /tickets"]).unwrap();
        assert_eq!(key(&router, "GET", "/%74ickets"), "GET /tickets");
        assert_eq!(key(&router, "GET", "/Tickets"), "none");
    }

    #[test]
    fn broken_routes_are_refused() {
        for key in ["get /a", "G T /a", " /a"] {
            let error = router(&[key]).err();
            assert!(
                matches!(
                    error,
                    Some(RouteError::InvalidMethod { .. } | RouteError::InvalidPath { .. })
                ),
                "{key}: {error:?}"
            );
        }
        for path in ["a", "", "/{}", "/{+}", "/{a+}/b", "/x{a}", "/{a}/{a}", "/{a b}", "/a?b"] {
            let error = router(&[&format!("GET {path}")]).err();
            assert!(matches!(error, Some(RouteError::InvalidPath { .. })), "{path}");
        }
        for keys in [["GET /{a}", "GET /{b}"], ["$default", "$default"]] {
            assert!(matches!(router(&keys), Err(RouteError::Duplicate { .. })));
        }
    }

    proptest! {
        #[test]
        fn no_path_makes_the_router_panic(path in ".{0,60}", encoded in "(/|%[0-9a-fA-F?/]{0,2}|\\{|\\}|\\+|a){0,40}") {
            let router = router(&["GET /a/{id}", "ANY /{proxy+}", "$default"]).unwrap();
            for path in [path, encoded] {
                let _ = router.find(&Method::GET, &path);
            }
        }
    }
}
