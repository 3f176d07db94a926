@NullMarked
package watchword.core.request;

import org.jspecify.annotations.NullMarked;
