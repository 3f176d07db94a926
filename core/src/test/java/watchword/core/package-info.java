@NullMarked
package watchword.core;

import org.jspecify.annotations.NullMarked;
