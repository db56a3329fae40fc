#pragma once

#include "core/store/library.h"
#include "ui/widgets/card.h"

class QTableView;

namespace dank::ui {

class RunsModel;
class Session;

/// The chip whose menu writes runs to files: the runs as `table` shows them, or the run that is chosen in it. Errors go
/// to the message bar, and the functions then say false.
class RunsExport : public Chip {
    Q_OBJECT
public:
    /// `table` shows `model` through a filter; `differencesOnly` is checked where it shows only settings that differ.
    RunsExport(Session &session, const RunsModel *model, QTableView *table, const QAbstractButton *differencesOnly,
               QWidget *parent);

    /// The number of the run that is chosen in the table, 0 for none.
    qint64 chosen() const;
    /// The runs shown, in the order shown, with their settings.
    bool exportTable(const QString &file);
    bool exportCurve(qint64 run, const QString &file);
    bool exportEvents(qint64 run, const QString &folder);

private:
    void ask(int what);
    bool write(const std::filesystem::path &file, const std::string &bytes);

    Session &m_session;
    const RunsModel *m_model;
    QTableView *m_table;
    const QAbstractButton *m_differencesOnly;
};

}  // namespace dank::ui
