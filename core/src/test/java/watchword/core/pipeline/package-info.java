/** What the life of a request promises when many live at once. */
@NullMarked
package watchword.core.pipeline;

import org.jspecify.annotations.NullMarked;
