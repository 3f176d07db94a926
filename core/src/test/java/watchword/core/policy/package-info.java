@NullMarked
package watchword.core.policy;

import org.jspecify.annotations.NullMarked;
