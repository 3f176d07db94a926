/** Provider keys, against servers that behave as the providers document. */
@org.jspecify.annotations.NullMarked
package watchword.engines.provider;
