/** Tests of policies: cases in a file, what each policy says of them, without a server or a store. */
@NullMarked
package watchword.core.policy.suite;

import org.jspecify.annotations.NullMarked;
