@NullMarked
package watchword.core.policy.advise;

import org.jspecify.annotations.NullMarked;
