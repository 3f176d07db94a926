/**
 * The {@code rabbitmq} secrets engine: users of a broker, with permissions in its virtual hosts, that go with their lease. The broker is
 * asked through its management plugin.
 */
@NullMarked
package watchword.engines.rabbitmq;

import org.jspecify.annotations.NullMarked;
