# SPDX-License-Identifier: BSD-2-Clause
# accuracy.gp - the error over time of both loops, as bench_accuracy -o writes it:
#	gnuplot -e "name='CASE'; from='FILE'; to='PNG'" accuracy.gp
# Above: the error. Below: its size, on a logarithmic scale, from the start on.
set terminal pngcairo size 1200,800
set output to
set multiplot layout 2,1 title name noenhanced
set grid
set lmargin 12
set key top right
set ylabel "clock error, us"
stats from using 1 nooutput
half = STATS_max / 2
set xrange [half:STATS_max]
plot from using 1:3 with lines lc rgb "#d08020" title "classic", \
     from using 1:2 with lines lc rgb "#2050c0" title "adaptive"
set xrange [0:STATS_max]
set logscale y
set yrange [0.1:*]
set format y "10^{%T}"
set ylabel "|clock error|, us"
set xlabel "hours"
plot from using 1:(abs($3)) with lines lc rgb "#d08020" title "classic", \
     from using 1:(abs($2)) with lines lc rgb "#2050c0" title "adaptive"
unset multiplot
