/** Tests of the rabbitmq secrets engine. */
@NullMarked
package watchword.engines.rabbitmq;

import org.jspecify.annotations.NullMarked;
