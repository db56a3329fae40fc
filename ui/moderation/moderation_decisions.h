#pragma once

#include <QObject>
#include <QUndoStack>

#include "core/store/moderation/decision_store.h"

namespace dank::ui {

/// The decisions that are being made about a dataset, each on the disk before anything shows it, with undo and redo. A
/// file that cannot be used is told as problem(), and nothing is decided then. GUI thread only.
class ModerationDecisions : public QObject {
    Q_OBJECT
public:
    ModerationDecisions(const DecisionStore &store, QObject *parent = nullptr);

    /// Why the stored decisions cannot be used; empty: they can.
    const QString &problem() const { return m_problem; }
    const Decisions &all() const { return m_all; }
    std::optional<Decision> of(const MemeId &id) const;
    /// Whether it is decided now.
    bool decide(const MemeId &id, Decision decision);
    QUndoStack &undo() { return m_undo; }

signals:
    void changed();
    void failed(const QString &why);
    /// Undo or redo changed what is decided of that meme.
    void stepped(const QString &id);

private:
    class Command;
    bool store(const DecisionChange &change);

    const DecisionStore m_store;
    Decisions m_all;
    QString m_problem;
    QUndoStack m_undo;
};

}  // namespace dank::ui
