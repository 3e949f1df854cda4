//! A square matrix, read along its rows and down its columns.

/// Numbers in rows that follow one another in memory.
#[derive(Debug)]
pub struct Matrix {
    side: usize,
    cells: Vec<u64>,
}

impl Matrix {
    /// A matrix of ones with so many rows and columns.
    #[must_use]
    pub fn of_ones(side: usize) -> Self {
        Self { side, cells: vec![1; side * side] }
    }

    /// The sum, row by row: each number stands right behind the one before it.
    #[must_use]
    pub fn sum_by_rows(&self) -> u64 {
        let row =
            |row: usize| (0..self.side).map(move |column| self.cells[row * self.side + column]);
        (0..self.side).flat_map(row).sum()
    }

    /// The sum, column by column: each number stands a whole row behind the one before it.
    #[must_use]
    pub fn sum_by_columns(&self) -> u64 {
        let column =
            |column: usize| (0..self.side).map(move |row| self.cells[row * self.side + column]);
        (0..self.side).flat_map(column).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_lead_to_the_same_sum() {
        let matrix = Matrix { side: 2, cells: vec![1, 20, 300, 4000] };
        assert_eq!((matrix.sum_by_rows(), matrix.sum_by_columns()), (4321, 4321));
        assert_eq!(Matrix::of_ones(30).sum_by_columns(), 900);
    }
}
