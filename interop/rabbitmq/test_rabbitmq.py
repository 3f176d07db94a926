"""The rabbitmq secrets engine: what it makes in a real broker may publish where it is allowed, nowhere else, and is gone after its lease."""

import os
import time

import hvac
import pika
import pytest
from broker import Broker
from hvac.exceptions import InvalidRequest, VaultError


@pytest.fixture(scope="session")
def broker():
    started = Broker()
    started.ask("PUT", "/api/vhosts/ml%2Fjobs", {})
    started.ask("PUT", "/api/queues/ml%2Fjobs/jobs", {"durable": True})
    started.ask("PUT", "/api/queues/%2F/private", {"durable": True})
    yield started
    started.close()


@pytest.fixture
def mount(broker):
    root = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"])
    root.sys.enable_secrets_engine("rabbitmq")
    root.secrets.rabbitmq.configure(connection_uri=broker.address, username=broker.user, password=broker.password, verify_connection=True)
    yield root
    root.sys.disable_secrets_engine("rabbitmq")


def wait(until):
    """Ends of leases are carried out a moment after they are asked for."""
    deadline = time.monotonic() + 20
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def connect(broker, user, vhost):
    return pika.BlockingConnection(pika.ConnectionParameters(host="127.0.0.1", port=broker.port, virtual_host=vhost, credentials=pika.PlainCredentials(user["username"], user["password"])))


def test_a_user_publishes_where_it_may_and_nowhere_else_and_is_gone_with_its_lease(broker, mount):
    mount.secrets.rabbitmq.create_role(name="train", tags="", vhosts='{"ml/jobs": {"configure": "", "write": "amq.default", "read": "jobs"}}')
    mount.secrets.rabbitmq.configure_lease(ttl=600, max_ttl=3600)
    made = mount.secrets.rabbitmq.generate_credentials(name="train")
    user = made["data"]
    assert made["lease_duration"] == 600 and made["renewable"] and user["username"] in broker.users()
    connection = connect(broker, user, "ml/jobs")
    channel = connection.channel()
    channel.confirm_delivery()
    channel.basic_publish("", "jobs", b"train it")
    assert channel.basic_get("jobs", auto_ack=True)[2] == b"train it"
    with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="access to exchange"):
        channel.basic_publish("amq.topic", "x", b"no")
    with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="access to queue"):
        connection.channel().queue_declare("mine")
    with pytest.raises((pika.exceptions.ProbableAccessDeniedError, pika.exceptions.ConnectionClosedByBroker)):
        connect(broker, user, "/")
    mount.sys.revoke_lease(made["lease_id"])
    wait(lambda: user["username"] not in broker.users())
    with pytest.raises(pika.exceptions.ProbableAuthenticationError):
        connect(broker, user, "ml/jobs")
    deadline = time.monotonic() + 20
    with pytest.raises((pika.exceptions.AMQPConnectionError, pika.exceptions.AMQPChannelError)):
        while time.monotonic() < deadline:
            connection.process_data_events(0.2)


def test_topics_tags_and_virtual_hosts_of_any_name(broker, mount):
    mount.secrets.rabbitmq.create_role(name="topics", tags="monitoring", vhosts='{"/": {"configure": "", "write": "amq.topic", "read": ""}}',
                                       vhost_topics='{"/": {"amq.topic": {"write": "^ml\\\\..*", "read": ""}}}')
    shown = mount.secrets.rabbitmq.read_role(name="topics")["data"]
    assert shown["vhost_topics"]["/"]["amq.topic"]["write"] == "^ml\\..*" and shown["tags"] == "monitoring"
    user = mount.secrets.rabbitmq.generate_credentials(name="topics")["data"]
    assert broker.ask("GET", f"/api/users/{user['username']}")["tags"] == ["monitoring"]
    channel = connect(broker, user, "/").channel()
    channel.confirm_delivery()
    channel.basic_publish("amq.topic", "ml.done", b"yes")
    with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="access to topic"):
        channel.basic_publish("amq.topic", "hr.done", b"no")


def test_what_the_broker_refuses_leaves_nobody_behind(broker, mount):
    before = broker.users()
    mount.secrets.rabbitmq.create_role(name="lost", tags="", vhosts='{"nowhere": {"configure": "", "write": "", "read": ""}}')
    with pytest.raises(VaultError, match="error updating vhost permissions"):
        mount.secrets.rabbitmq.generate_credentials(name="lost")
    wait(lambda: broker.users() == before)


def test_a_connection_is_verified_unless_told_otherwise(broker, mount):
    with pytest.raises(VaultError, match="failed to validate the connection"):
        mount.secrets.rabbitmq.configure(connection_uri=broker.address, username=broker.user, password="wrong")
    with pytest.raises(InvalidRequest, match="missing password"):
        mount.write_data("rabbitmq/config/connection", data={"connection_uri": broker.address, "username": "x"})
    mount.secrets.rabbitmq.configure(connection_uri=broker.address, username=broker.user, password="wrong", verify_connection=False)
    mount.secrets.rabbitmq.configure(connection_uri=broker.address, username=broker.user, password=broker.password)
    mount.secrets.rabbitmq.create_role(name="a", tags="management")
    assert mount.list("rabbitmq/roles")["data"]["keys"] == ["a"]
