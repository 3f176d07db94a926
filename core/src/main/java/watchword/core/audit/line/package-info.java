/** How values become one line of JSON: escaping, hashing, and what a device's options change about it. Knows nothing of requests. */
@NullMarked
package watchword.core.audit.line;

import org.jspecify.annotations.NullMarked;
