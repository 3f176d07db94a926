@NullMarked
package watchword.core.opa;

import org.jspecify.annotations.NullMarked;
