// The browser gets this module from the server's /vendor/, which serves it out of the installed package.
import uPlot from 'uplot';
export default uPlot;
