"""POST /api/tickets/create as it is commonly written in Python: Powertools, Pydantic and boto3.

It stores a ticket under an id that must be free and sends one message, as the product's function does.
It knows no idempotency, and counts nothing.
"""

import json
import os
import uuid
from datetime import UTC, datetime

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel, EmailStr, Field

logger = Logger(service="tickets")
app = APIGatewayHttpResolver(enable_validation=True)
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
queue = boto3.client("sqs")
queue_url = os.environ["QUEUE_URL"]


class NewTicket(BaseModel):
    customer_email: EmailStr
    customer_name: str | None = Field(default=None, max_length=200)
    subject: str = Field(min_length=1, max_length=255)
    description: str = Field(min_length=1, max_length=32_000)
    order_id: str | None = Field(default=None, max_length=100)
    source: str = "web"


@app.post("/api/tickets/create")
def create(new: NewTicket) -> tuple[dict, int]:
    now = datetime.now(UTC)
    digits = uuid.uuid4().hex[:8].upper()
    ticket = {
        "ticket_id": f"TKT-{now:%Y%m%d}-{digits}",
        "status": "new",
        "priority": "medium",
        "created_at": now.isoformat(),
        "updated_at": now.isoformat(),
        **new.model_dump(exclude_none=True),
    }
    table.put_item(
        Item={"pk": digits, "sk": "ticket", **ticket},
        ConditionExpression="attribute_not_exists(pk)",
    )
    message = {"ticket_id": ticket["ticket_id"], "sent_at": now.isoformat()}
    queue.send_message(QueueUrl=queue_url, MessageBody=json.dumps(message))
    logger.info("created", ticket_id=ticket["ticket_id"])
    return {"ticket": ticket, "suggested_actions": ["Ticket created"]}, 201


@logger.inject_lambda_context
def handler(event, context):
    return app.resolve(event, context)
