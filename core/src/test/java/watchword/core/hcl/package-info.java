@NullMarked
package watchword.core.hcl;

import org.jspecify.annotations.NullMarked;
