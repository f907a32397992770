//! An HTTP server that behaves as an API Gateway HTTP API (payload format 2.0)
//! whose routes lead to functions of the local stack.

mod answer;
mod cors;
mod event;
mod response;
mod routing;
mod server;

use std::collections::HashMap;

pub use routing::{Route, RouteError};
pub use server::GatewayError;

use crate::authorizer::JwtAuthorizer;
use lambda_process::FunctionPool;
use routing::Router;
use sam_template::Cors;

/// What the gateway tells functions about the API it stands in for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewaySettings {
    /// AWS region, for example `eu-central-1`.
    pub region: String,
    /// AWS account, 12 digits.
    pub account_id: String,
    /// Identifier of the API; also the first label of its domain name.
    pub api_id: String,
}

impl GatewaySettings {
    /// The domain name the API would have in AWS.
    fn domain_name(&self) -> String {
        format!("{}.execute-api.{}.amazonaws.com", self.api_id, self.region)
    }
}

/// A set of routes ready to serve; see [`Gateway::serve`].
pub struct Gateway {
    router: Router,
    functions: HashMap<String, FunctionPool>,
    settings: GatewaySettings,
    authorizer: Option<JwtAuthorizer>,
    cors: Option<Cors>,
}

impl Gateway {
    /// Checks the routes.
    ///
    /// # Errors
    ///
    /// If a method or path cannot be a route, two routes are the same, or a route
    /// leads to a function that is not among `functions`.
    pub fn new(
        routes: Vec<Route>,
        functions: HashMap<String, FunctionPool>,
        settings: GatewaySettings,
    ) -> Result<Self, RouteError> {
        if let Some(route) = routes.iter().find(|route| !functions.contains_key(&route.function)) {
            return Err(RouteError::UnknownFunction {
                route: route.key(),
                function: route.function.clone(),
            });
        }
        Ok(Self { router: Router::new(routes)?, functions, settings, authorizer: None, cors: None })
    }

    /// Lets only callers that `authorizer` knows through to the routes that require one. Without an
    /// authorizer all routes are open.
    #[must_use]
    pub fn with_authorizer(self, authorizer: JwtAuthorizer) -> Self {
        Self { authorizer: Some(authorizer), ..self }
    }

    /// Lets web pages of other origins call, as `cors` says. Without it none may.
    #[must_use]
    pub fn with_cors(self, cors: Cors) -> Self {
        Self { cors: Some(cors), ..self }
    }
}
