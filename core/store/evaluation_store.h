#pragma once

#include <cstdint>
#include <optional>

#include "core/evaluate/cross_validation.h"
#include "core/evaluate/evaluation.h"

namespace SQLite {
class Database;
}

namespace dank {

/// What the runs' models were found to be worth, by run. Part of a Library, whose thread is its thread. All throw
/// Error{Disk|Library}, the latter also where there is no such run.
class EvaluationStore {
public:
    explicit EvaluationStore(SQLite::Database &database) : m_database(&database) {}

    /// Replaces an earlier one and forgets its cross-validation.
    void put(std::int64_t run, const Evaluation &evaluation);
    /// Empty where none is stored. Throws Error{Library} when it cannot be read.
    std::optional<Evaluation> get(std::int64_t run) const;
    /// Beside the run's evaluation, with which it is forgotten. Throws Error{Library} where there is none.
    void putCrossValidation(std::int64_t run, const CrossValidation &cross);
    /// As get().
    std::optional<CrossValidation> crossValidation(std::int64_t run) const;

private:
    SQLite::Database *m_database;
};

}  // namespace dank
