@NullMarked
package watchword.core.sys;

import org.jspecify.annotations.NullMarked;
