package watchword.engines.rabbitmq;

import java.util.Map;
import watchword.sdk.Doc;

/** What a user of the broker may. Each expression is of names that it may configure, write to or read from; an empty one is of none. */
record Role(
        @Doc("Tags of the user, separated by commas.") String tags,
        @Doc("What it may in topics, by virtual host and exchange.") Map<String, Map<String, Topic>> vhostTopics,
        @Doc("What it may, by virtual host.") Map<String, Permission> vhosts) {

    record Permission(
            @Doc("Names of what it may make and delete, as a regular expression.") String configure,
            @Doc("Names of what it may write to.") String write,
            @Doc("Names of what it may read from.") String read) {}

    record Topic(
            @Doc("Topics that it may write to, as a regular expression.") String write,
            @Doc("Topics that it may read from.") String read) {}
}
