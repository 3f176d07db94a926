/** What happened, told to those who subscribed and may hear of it, over {@code sys/events/subscribe}. */
@NullMarked
package watchword.core.event;

import org.jspecify.annotations.NullMarked;
