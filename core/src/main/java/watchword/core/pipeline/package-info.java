/** The life of a request on an unsealed server: admit, record, carry out, wrap, record, answer. Each step is a class of its own. */
@NullMarked
package watchword.core.pipeline;

import org.jspecify.annotations.NullMarked;
