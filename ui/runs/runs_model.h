#pragma once

#include <QAbstractTableModel>
#include <QColor>

#include <set>
#include <vector>

#include "core/store/library.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

/// The library's runs as a table: fixed columns, then one for each setting. The note can be edited, and the tick in
/// the first column draws the run's curve on the chart.
class RunsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        Run,
        Locked,
        State,
        Verdict,
        Within,
        Spearman,
        R2,
        Mae,
        BestLoss,
        LastLoss,
        Gain,
        Epochs,
        Network,
        Note,
        FixedCount
    };
    /// What sorting compares: numbers where the column shows numbers.
    static constexpr int SortRole = Qt::UserRole + 1;
    static constexpr int NumberRole = Qt::UserRole + 2;  ///< the run's number, in every column

    explicit RunsModel(QObject *parent = nullptr);

    /// Takes the new list over row by row, so that selection and scrolling stay where they were.
    void setRuns(const std::vector<RunRecord> &runs);
    /// One run's new figures; nothing happens to a run that is not there.
    void setRun(const RunRecord &run);
    /// Colours of dots and words; they must outlive the model.
    void setTokens(const Tokens &tokens);
    /// The run whose curve the chart shows anyway: its name is bold.
    void setShownRun(std::int64_t run);
    const RunRecord *record(std::int64_t run) const;
    int rowOf(std::int64_t run) const;
    const std::vector<RunRecord> &runs() const { return m_runs; }

    /// The runs that are ticked, in the order of the rows.
    std::vector<std::int64_t> ticked() const;
    void setTicked(std::int64_t run, bool ticked);

    /// A column's lasting name, for what is remembered: "best", "learning_rate".
    QString columnKey(int column) const;
    /// Those of settings whose value is not the same in all of `rows` whose settings can be read.
    std::set<int> differingColumns(std::vector<int> rows) const;
    /// What a search looks through: the words of the fixed columns, and "key=value" of each setting.
    const QString &words(int row) const { return m_details[std::size_t(row)].words; }
    const QStringList &settings(int row) const { return m_details[std::size_t(row)].settings; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;

signals:
    void noteEdited(qint64 run, const QString &note);
    void tickedChanged();

private:
    /// What is read from a run's settings once, not at every paint.
    struct Details {
        QStringList values;    ///< one a setting
        QStringList settings;  ///< "key=value", lower case
        QString words;         ///< lower case
    };
    Details detailsOf(const RunRecord &run) const;
    QString text(const RunRecord &run, int column) const;
    QVariant sortKey(int row, int column) const;
    QVariant colour(const RunRecord &run, int column) const;
    QString toolTip(const RunRecord &run, int column) const;

    std::vector<RunRecord> m_runs;
    std::vector<Details> m_details;  ///< beside m_runs
    QStringList m_keys;              ///< of the settings
    std::vector<bool> m_numeric;     ///< beside m_keys: sorted as numbers
    std::set<std::int64_t> m_ticked;
    std::int64_t m_shown = 0;
    const Tokens *m_tokens = &lightTokens();
};

/// The colour of a run, in the table and on the chart; neighbours differ.
QColor runColour(const Tokens &tokens, std::int64_t run);
/// Its line's pattern: two runs of one colour have different ones.
Qt::PenStyle runStyle(std::int64_t run);

}  // namespace dank::ui
