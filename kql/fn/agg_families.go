package fn

// aggFamilies lists the tables of aggregates, in the order of the reference.
func aggFamilies() [][]Agg {
	return [][]Agg{countAggs(), sumAggs(), extremeAggs(), listAggs(), statAggs(), percentileAggs(), bitAggs(), schemaAggs(), countSketchAggs(), digestAggs()}
}
