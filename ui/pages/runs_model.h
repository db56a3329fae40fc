#pragma once

#include <QAbstractTableModel>
#include <QColor>

#include <optional>
#include <vector>

#include "core/store/library.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

/// The library's runs as a table. Only the note can be edited.
class RunsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Run, State, Network, Epochs, BestLoss, LastLoss, Gain, Note, ColumnCount };
    /// What sorting compares: numbers where the column shows numbers.
    static constexpr int SortRole = Qt::UserRole + 1;
    static constexpr int NumberRole = Qt::UserRole + 2;  ///< the run's number, in every column

    explicit RunsModel(QObject *parent = nullptr) : QAbstractTableModel(parent) {}

    /// Takes the new list over row by row, so that selection and scrolling stay where they were.
    void setRuns(const std::vector<RunRecord> &runs);
    /// Colours of dots and words.
    void setDark(bool dark);
    const RunRecord *record(std::int64_t run) const;
    int rowOf(std::int64_t run) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;

signals:
    void noteEdited(qint64 run, const QString &note);

private:
    QString text(const RunRecord &run, int column) const;
    QVariant sortKey(const RunRecord &run, int column) const;

    std::vector<RunRecord> m_runs;
    bool m_dark = false;
};

/// A backbone's name without what its full id adds: "inception_v3".
QString shortBackbone(const std::string &fullId);

/// The colour of a run's dot; neighbours differ.
QColor runColour(const Tokens &tokens, std::int64_t run);

}  // namespace dank::ui
