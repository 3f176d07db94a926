/** Requests that others have to approve before they are carried out, and those that go ahead for a reason in an emergency. */
@NullMarked
package watchword.core.approval;

import org.jspecify.annotations.NullMarked;
