#pragma once

#include "ui/session/session.h"
#include "ui/widgets/card.h"

class QProgressBar;
class QPushButton;

namespace dank::ui {

/// What the card says about a download of this backbone's weights.
struct BackboneDownload {
    WeightsJob job;             ///< the session's; about another backbone: Idle
    WeightsEntry entry;         ///< what Resume would go on with; empty id: nothing was begun
    std::uint64_t partial = 0;  ///< bytes of it that are there
    bool othersBusy = false;    ///< another download or installation runs
};

/// One way to turn pictures into numbers: what it is, whether its weights are there, what is kept already, how long the
/// rest takes. Click, Space or Return chooses it.
class BackboneCard : public Card {
    Q_OBJECT
public:
    explicit BackboneCard(QWidget *parent = nullptr);

    /// `locked`: the request cannot be changed now. The status of a user's own network without an id stands for
    /// one that has yet to be chosen.
    void setStatus(const BackboneStatus &status, const BackboneRequest &request, bool locked,
                   const BackboneDownload &download = {});
    const QString &id() const { return m_id; }
    QString badge() const { return m_badge->text(); }

signals:
    void selected(const QString &id);
    /// "none" for seeded random weights, empty for the library's own.
    void weightsChosen(const QString &id, const QString &weights);
    void downloadClicked(const QString &id);   ///< asks what there is
    void resumeClicked(const QString &entry);  ///< goes on with a download that was begun
    void cancelClicked();
    void fileClicked(const QString &id);

protected:
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    enum class Weights { None, Missing, Installed, Untrained, File, Own, NoOwn, BadOwn };
    Weights weightsOf(const BackboneStatus &status, const BackboneRequest &request) const;
    void showWords(const BackboneStatus &status, const BackboneRequest &request, Weights weights);
    void showButtons(const BackboneStatus &status, Weights weights, const BackboneDownload &download);
    void showKept(const BackboneStatus &status, bool ready);
    void showDownload(const WeightsJob &job);
    void setBadge(const QString &text, TextLabel::Tone tone);
    void setChosen(bool chosen);
    void choose();

    QString m_id, m_entry;
    bool m_locked = false, m_chosen = false, m_isOwn = false;
    QLabel *m_mark;
    TextLabel *m_badge, *m_sizes, *m_summary, *m_weights;
    QPushButton *m_untrained, *m_own;
    QProgressBar *m_bar;
    TextLabel *m_count;
    QPushButton *m_cancel;
    TextLabel *m_time;
    QPushButton *m_download, *m_file, *m_other;
};

}  // namespace dank::ui
