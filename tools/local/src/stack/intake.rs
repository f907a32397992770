//! What brings work to functions: the gateway, queues, the clock.

use std::collections::HashMap;

use futures_util::future::join_all;
use lambda_process::FunctionPool;
use sam_template::{Deployment, Expression};
use sqs::EmbeddedSqs;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::stop::turned_true;
use super::{ACCOUNT_ID, StackError};
use crate::authorizer::JwtAuthorizer;
use crate::gateway::{Gateway, GatewaySettings, Route};
use crate::schedule::Clock;
use crate::trigger::Poller;

/// What events come from and go to.
pub(super) struct Joined<'a> {
    pub(super) deployment: &'a Deployment,
    pub(super) functions: &'a HashMap<String, FunctionPool>,
    pub(super) region: &'a str,
}

/// The tasks that take work in. They end before the functions do.
pub(super) struct Intake {
    stop: watch::Sender<bool>,
    running: Vec<JoinHandle<()>>,
}

impl Intake {
    /// # Errors
    /// [`StackError::Routes`].
    pub(super) fn start(
        joined: &Joined<'_>,
        api: TcpListener,
        authorizer: Option<JwtAuthorizer>,
        sqs: Option<&EmbeddedSqs>,
    ) -> Result<Self, StackError> {
        let mut intake = Self { stop: watch::Sender::new(false), running: Vec::new() };
        if let Some(sqs) = sqs {
            intake.triggers(joined, sqs);
        }
        intake.clocks(joined);
        intake.gateway(joined, api, authorizer)?;
        Ok(intake)
    }

    /// Takes no more work and finishes what is under way.
    pub(super) async fn stop(self) {
        let _ = self.stop.send(true);
        join_all(self.running).await;
    }

    fn triggers(&mut self, joined: &Joined<'_>, sqs: &EmbeddedSqs) {
        for trigger in &joined.deployment.queue_triggers {
            let queue =
                joined.deployment.queues.iter().find(|queue| queue.name == trigger.queue_name);
            let (Some(function), Some(queue)) = (joined.functions.get(&trigger.function), queue)
            else {
                continue;
            };
            let poller = Poller {
                sqs: sqs.clone(),
                function: function.clone(),
                trigger: trigger.clone(),
                queue_arn: queue.arn.clone(),
                region: joined.region.to_owned(),
            };
            self.running.push(tokio::spawn(poller.run(self.stop.subscribe())));
        }
    }

    fn clocks(&mut self, joined: &Joined<'_>) {
        for schedule in &joined.deployment.schedules {
            let Some(function) = joined.functions.get(&schedule.function) else { continue };
            match &schedule.expression {
                Expression::Every(period) => {
                    let clock = clock(function, joined.region);
                    self.running.push(tokio::spawn(clock.run(*period, self.stop.subscribe())));
                }
                Expression::NotRun(expression) => {
                    let function = function.function();
                    tracing::warn!(expression, function, "schedule is not run");
                }
            }
        }
    }

    fn gateway(
        &mut self,
        joined: &Joined<'_>,
        listener: TcpListener,
        authorizer: Option<JwtAuthorizer>,
    ) -> Result<(), StackError> {
        let routes = joined
            .deployment
            .routes
            .iter()
            .map(|route| Route {
                method: route.method.clone(),
                path: route.path.clone(),
                function: route.function.clone(),
                requires_caller: route.requires_caller,
            })
            .collect();
        let settings = GatewaySettings {
            region: joined.region.to_owned(),
            account_id: ACCOUNT_ID.to_owned(),
            api_id: "local".to_owned(),
        };
        let mut gateway = Gateway::new(routes, joined.functions.clone(), settings)?;
        if let Some(authorizer) = authorizer {
            gateway = gateway.with_authorizer(authorizer);
        }
        if let Some(cors) = &joined.deployment.cors {
            gateway = gateway.with_cors(cors.clone());
        }
        let stopped = turned_true(self.stop.subscribe());
        self.running.push(tokio::spawn(async move {
            if let Err(error) = gateway.serve(listener, stopped).await {
                tracing::error!(%error, "API gateway stopped");
            }
        }));
        Ok(())
    }
}

pub(super) fn clock(function: &FunctionPool, region: &str) -> Clock {
    Clock {
        function: function.clone(),
        region: region.to_owned(),
        account_id: ACCOUNT_ID.to_owned(),
    }
}
