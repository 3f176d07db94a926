/** Listeners, configuration, wiring and {@code main}: the only module that knows all the others. */
@NullMarked
package watchword.server;

import org.jspecify.annotations.NullMarked;
