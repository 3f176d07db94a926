@NullMarked
package watchword.core.policy.suite;

import org.jspecify.annotations.NullMarked;
