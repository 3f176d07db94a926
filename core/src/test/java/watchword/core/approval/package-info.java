@NullMarked
package watchword.core.approval;

import org.jspecify.annotations.NullMarked;
