/** Rate-limit quotas: how many requests a client may send where, decided before a body is read. Memory for bodies is the listener's concern. */
@NullMarked
package watchword.core.quota;

import org.jspecify.annotations.NullMarked;
