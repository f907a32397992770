//! The one ticket that the stand-in's table holds: the one that `events/` names.

use serde_json::{Value, json};

const PARTITION_KEY: &str = "A1B2C3D4";
const SORT_KEY: &str = "ticket";
const CREATED_KEY: &str = "2024-11-03T10:30:00.000Z#A1B2C3D4";
/// The partitions of the indexes that it is in.
const LIST_SHARD: &str = "all#00";
const STATUS_SHARD: &str = "new#00";

/// Whether `key` is its key in the table.
pub fn has_key(key: &Value) -> bool {
    key["pk"]["S"] == PARTITION_KEY && key["sk"]["S"] == SORT_KEY
}

/// Whether `value` names a partition of an index that it is in.
pub fn is_in_partition(value: &Value) -> bool {
    value["S"] == LIST_SHARD || value["S"] == STATUS_SHARD
}

/// What an index holds of it.
pub fn index_entry() -> Value {
    json!({
        "pk": {"S": PARTITION_KEY},
        "sk": {"S": SORT_KEY},
        "list_shard": {"S": LIST_SHARD},
        "created_key": {"S": CREATED_KEY},
    })
}

/// The whole item, as the functions store it.
pub fn item() -> Value {
    json!({
        "pk": {"S": PARTITION_KEY},
        "sk": {"S": SORT_KEY},
        "list_shard": {"S": LIST_SHARD},
        "status_shard": {"S": STATUS_SHARD},
        "created_key": {"S": CREATED_KEY},
        "write_token": {"S": "5f0d7c2b9a3e4d18b6a1c0e7f4829d35"},
        "ticket_id": {"S": "TKT-20241103-A1B2C3D4"},
        "version": {"N": "1"},
        "customer_id": {"S": "CUST-DF36B01B83A62E00D460"},
        "customer_email": {"S": "john.doe@example.com"},
        "customer_name": {"S": "John Doe"},
        "subject": {"S": "Order hasn't shipped yet"},
        "description": {
            "S": "My order #2021 was placed a week ago but hasn't shipped. Can you help?"
        },
        "order_id": {"S": "2021"},
        "priority": {"S": "medium"},
        "status": {"S": "new"},
        "source": {"S": "web"},
        "created_at": {"S": "2024-11-03T10:30:00.000Z"},
        "updated_at": {"S": "2024-11-03T10:30:00.000Z"},
    })
}
