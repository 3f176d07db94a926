/** What is mounted where: the mount table, the engines behind it, and the way from a path to a route. Enabling and tuning are {@code MountRoutes}. */
@NullMarked
package watchword.core.mount;

import org.jspecify.annotations.NullMarked;
