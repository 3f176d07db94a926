/** Proposes the smallest policy for what an audit log shows was used, and shows on the same log that it suffices. Reads files; needs no server. */
@NullMarked
package watchword.core.policy.advise;

import org.jspecify.annotations.NullMarked;
