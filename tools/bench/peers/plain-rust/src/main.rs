//! `POST /api/tickets/create` as it is commonly written: the AWS SDK and `lambda_http` as they come.
//!
//! It stores a ticket under an id that must be free and sends one message, as the product's function
//! does. It knows no idempotency, names no faults and counts nothing.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Utc;
use lambda_http::{Body, Error, Request, RequestPayloadExt, Response, run, service_fn, tracing};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

#[derive(Deserialize)]
struct NewTicket {
    customer_email: String,
    customer_name: Option<String>,
    subject: String,
    description: String,
    order_id: Option<String>,
    source: String,
}

struct Services {
    dynamodb: aws_sdk_dynamodb::Client,
    sqs: aws_sdk_sqs::Client,
    table_name: String,
    queue_url: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let configuration = aws_config::load_from_env().await;
    let services = Services {
        dynamodb: aws_sdk_dynamodb::Client::new(&configuration),
        sqs: aws_sdk_sqs::Client::new(&configuration),
        table_name: std::env::var("TABLE_NAME")?,
        queue_url: std::env::var("QUEUE_URL")?,
    };
    let services = &services;
    run(service_fn(move |request: Request| create(services, request))).await
}

async fn create(services: &Services, request: Request) -> Result<Response<Body>, Error> {
    let Some(new) = request.payload::<NewTicket>()? else {
        return answer(422, &json!({"detail": "There is no body."}));
    };
    let now = Utc::now();
    let digits = Uuid::new_v4().simple().to_string()[..8].to_uppercase();
    let ticket_id = format!("TKT-{}-{digits}", now.format("%Y%m%d"));
    let created_at = now.to_rfc3339();

    let mut put = services
        .dynamodb
        .put_item()
        .table_name(&services.table_name)
        .condition_expression("attribute_not_exists(pk)");
    let attributes = [
        ("pk", Some(&digits)),
        ("sk", Some(&"ticket".to_owned())),
        ("ticket_id", Some(&ticket_id)),
        ("status", Some(&"new".to_owned())),
        ("created_at", Some(&created_at)),
        ("customer_email", Some(&new.customer_email)),
        ("customer_name", new.customer_name.as_ref()),
        ("subject", Some(&new.subject)),
        ("description", Some(&new.description)),
        ("order_id", new.order_id.as_ref()),
        ("source", Some(&new.source)),
    ];
    for (name, value) in attributes {
        if let Some(value) = value {
            put = put.item(name, AttributeValue::S(value.clone()));
        }
    }
    put.send().await?;

    let message = json!({"ticket_id": ticket_id, "sent_at": created_at}).to_string();
    services.sqs.send_message().queue_url(&services.queue_url).message_body(message).send().await?;
    tracing::info!(ticket_id, "created");

    let ticket = json!({
        "ticket_id": ticket_id,
        "status": "new",
        "created_at": created_at,
        "customer_email": new.customer_email,
        "customer_name": new.customer_name,
        "subject": new.subject,
        "description": new.description,
        "order_id": new.order_id,
        "source": new.source,
    });
    answer(201, &json!({"ticket": ticket, "suggested_actions": ["Ticket created"]}))
}

fn answer(status: u16, body: &serde_json::Value) -> Result<Response<Body>, Error> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    Ok(response.body(body.to_string().into())?)
}
