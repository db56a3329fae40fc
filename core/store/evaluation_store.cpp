#include "core/store/evaluation_store.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/evaluate/evaluation_json.h"
#include "core/store/sql.h"

namespace dank {
namespace {

/// A column of the run's row in evaluations, read by `read`; empty where there is none. `column` is a literal of ours.
template <typename Read>
auto keptOf(const SQLite::Database &database, std::int64_t run, const char *column, const char *name, Read read)
    -> std::optional<decltype(read(std::string_view()))>
{
    sql::requireRun(database, run);
    const auto json = sql::first(
        database, sql::text,
        std::string("SELECT ") + column + " FROM evaluations WHERE run = ? AND " + column + " IS NOT NULL", run);
    if (!json)
        return std::nullopt;
    try {
        return read(*json);
    } catch (const Error &error) {
        const auto folder = sql::fileOf(database).parent_path();
        throw Error(ErrorKind::Library,
                    std::string("The ") + name + " of run " + std::to_string(run) + " in the library '"
                        + displayPath(folder) + "' cannot be read: " + error.what(),
                    folder);
    }
}

}  // namespace

void EvaluationStore::put(std::int64_t run, const Evaluation &evaluation)
{
    const std::string json = evaluationToJson(evaluation);
    sql::transaction(*m_database, [&] {
        sql::requireRun(*m_database, run);
        sql::change(*m_database,
                    "INSERT OR REPLACE INTO evaluations(run, verdict, spearman_within, spearman, r2, mae, evaluation)"
                    " VALUES(?, ?, ?, ?, ?, ?, ?)",
                    run, verdictName(evaluation.verdict.kind),
                    evaluation.within ? evaluation.within->spearman : std::nullopt, evaluation.model.spearman,
                    evaluation.model.r2, evaluation.model.mae, json);
    });
}

std::optional<Evaluation> EvaluationStore::get(std::int64_t run) const
{
    return keptOf(*m_database, run, "evaluation", "evaluation", evaluationFromJson);
}

void EvaluationStore::putCrossValidation(std::int64_t run, const CrossValidation &cross)
{
    if (sql::change(*m_database, "UPDATE evaluations SET cross_validation = ? WHERE run = ?",
                    crossValidationToJson(cross), run)
        > 0)
        return;
    sql::requireRun(*m_database, run);
    throw Error(ErrorKind::Library, "Run " + std::to_string(run)
                                        + " has no evaluation that its cross-validation could stand beside. Evaluate"
                                          " it first.");
}

std::optional<CrossValidation> EvaluationStore::crossValidation(std::int64_t run) const
{
    return keptOf(*m_database, run, "cross_validation", "cross-validation", crossValidationFromJson);
}

}  // namespace dank
