"""The API as a prototype in FastAPI: tickets in a dict, AI work in a list, both gone at the end."""

import uuid
from collections import deque
from datetime import UTC, datetime

from fastapi import BackgroundTasks, FastAPI, HTTPException
from pydantic import BaseModel, EmailStr, Field

app = FastAPI()
tickets: dict[str, "Ticket"] = {}
ai_work: deque[str] = deque()


class NewTicket(BaseModel):
    customer_email: EmailStr
    customer_name: str | None = Field(default=None, max_length=200)
    subject: str = Field(min_length=1, max_length=255)
    description: str = Field(min_length=1, max_length=32_000)
    order_id: str | None = Field(default=None, max_length=100)
    source: str = "web"


class Ticket(NewTicket):
    ticket_id: str
    status: str = "new"
    priority: str = "medium"
    created_at: datetime
    updated_at: datetime


class Created(BaseModel):
    ticket: Ticket
    suggested_actions: list[str]


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}


@app.post("/api/tickets/create", status_code=201)
async def create(new: NewTicket, background: BackgroundTasks) -> Created:
    now = datetime.now(UTC)
    ticket_id = f"TKT-{now:%Y%m%d}-{uuid.uuid4().hex[:8].upper()}"
    ticket = Ticket(**new.model_dump(), ticket_id=ticket_id, created_at=now, updated_at=now)
    tickets[ticket_id] = ticket
    background.add_task(ai_work.append, ticket_id)
    return Created(ticket=ticket, suggested_actions=["Ticket created"])


@app.get("/api/tickets/{ticket_id}")
async def read(ticket_id: str) -> Ticket:
    if ticket_id not in tickets:
        raise HTTPException(404)
    return tickets[ticket_id]
