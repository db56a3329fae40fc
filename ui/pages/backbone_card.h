#pragma once

#include "ui/session/session.h"
#include "ui/widgets/card.h"

class QProgressBar;
class QPushButton;

namespace dank::ui {

/// One way to turn pictures into numbers: whether its weights are there, what is kept already, how long the rest
/// takes. Click, Space or Return chooses it.
class BackboneCard : public Card {
    Q_OBJECT
public:
    explicit BackboneCard(QWidget *parent = nullptr);

    /// `chosen`: the request is about this backbone, and `locked` while it cannot be changed.
    void setStatus(const BackboneStatus &status, const BackboneRequest &request, bool locked);
    const QString &id() const { return m_id; }

signals:
    void selected(const QString &id);
    /// A safetensors file, "none" for seeded random weights, empty for the library's own.
    void weightsChosen(const QString &id, const QString &weights);

protected:
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void chooseFile();
    void setBadge(const QString &text, TextLabel::Tone tone);

    QString m_id;
    bool m_locked = false;
    TextLabel *m_badge;
    TextLabel *m_summary;
    TextLabel *m_weights;
    QPushButton *m_choose;
    QPushButton *m_untrained;
    QPushButton *m_own;
    QProgressBar *m_bar;
    TextLabel *m_count;
    TextLabel *m_time;
};

}  // namespace dank::ui
